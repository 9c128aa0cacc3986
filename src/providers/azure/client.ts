/** GET requests to one vault, each with a token that the vault takes. */
import { SecwrapError } from '../../core/errors.ts'
import { type HttpResponse, send } from '../../core/http.ts'
import { shareOnce } from '../shared/share-once.ts'
import { type Challenge, readChallenge } from './challenge.ts'
import { failureOf, notKeyVault } from './failures.ts'
import type { VaultPlace } from './names.ts'
import type { AzureSettings } from './settings.ts'
import type { Audience, Token, Tokens } from './tokens.ts'

/** Served by every cloud, and all that reading needs. */
export const API_VERSION = 'api-version=7.4'

export class VaultClient {
  readonly place: VaultPlace
  readonly #tokens: Tokens
  readonly #settings: AzureSettings
  #audience: Audience | undefined
  readonly #discover: (signal: AbortSignal) => Promise<Audience>

  constructor(place: VaultPlace, tokens: Tokens, settings: AzureSettings) {
    this.place = place
    this.#tokens = tokens
    this.#settings = settings
    // In a known cloud the token can be had without asking the vault first, which saves a round trip.
    if (place.resource) this.#audience = this.#audienceOf({ resource: place.resource })
    this.#discover = shareOnce(signal => this.#askForChallenge(signal))
  }

  /**
   * @param path - `/secrets/name?api-version=…`
   * @returns the answer where it is about the path: 200, 403, 404, 409 and other 4xx.
   * @throws SecwrapError DENIED (no token, or none that the vault takes), and failures.ts, core/http.ts.
   */
  async get(path: string, signal: AbortSignal): Promise<HttpResponse> {
    this.#audience ??= await this.#discover(signal)
    const audience = this.#audience
    const token = await this.#tokens.get(audience, signal)
    const answer = await this.#send(path, token, signal)
    if (answer.status !== 401) return answer
    const other = this.#correct(audience, token, answer)
    const second = await this.#tokens.get(other, signal)
    const again = await this.#send(path, second, signal)
    if (again.status === 401) throw this.#notAccepted(second, again)
    this.#audience = other
    return again
  }

  async #send(path: string, token: Token | undefined, signal: AbortSignal): Promise<HttpResponse> {
    const { store, origin } = this.place
    const headers = token && { Authorization: `Bearer ${token.value}` }
    const request = {
      store,
      method: 'GET',
      url: `${origin}${path}`,
      tls: this.#settings.tls,
      signal,
    } as const
    const answer = await send({ ...request, ...(headers && { headers }) }).catch(error => {
      throw hinted(error, this.place)
    })
    const failure = failureOf(answer, store)
    if (failure) throw failure
    return answer
  }

  /** What the vault asks for when it is asked without a token. */
  async #askForChallenge(signal: AbortSignal): Promise<Audience> {
    const answer = await this.#send(`/secrets?${API_VERSION}&maxresults=1`, undefined, signal)
    const challenge = answer.status === 401 ? readChallenge(answer.headers, this.place) : undefined
    if (!challenge) throw notKeyVault(answer, this.place.store)
    return this.#audienceOf({ resource: challenge.resource })
  }

  /** The vault may belong to another tenant than the credential does by itself. */
  #correct(audience: Audience, token: Token, answer: HttpResponse): Audience {
    const challenge = readChallenge(answer.headers, this.place)
    if (!challenge) throw this.#notAccepted(token, answer)
    const { resource, tenant = audience.tenant } = challenge
    if (resource === audience.resource && tenant?.toLowerCase() === audience.tenant?.toLowerCase()) {
      throw this.#notAccepted(token, answer)
    }
    return this.#audienceOf({ resource, ...(tenant && { tenant }) })
  }

  #audienceOf({ resource, tenant = this.#settings.tenant }: Challenge): Audience {
    return { authority: this.place.authority, resource, ...(tenant && { tenant }) }
  }

  #notAccepted({ source }: Token, { text }: HttpResponse): SecwrapError {
    const code = /\bAKV\d{5}\b/.exec(text)?.[0] ?? 'HTTP 401'
    return new SecwrapError(
      'DENIED',
      `${this.place.store} does not accept the token of ${source} (${code})`,
      {
        hint: 'AZURE_TENANT_ID, or az account show',
      },
    )
  }
}

/** A vault that does not exist has no address, so the name may be the mistake. */
function hinted(error: unknown, { name }: VaultPlace): unknown {
  if (!(error instanceof SecwrapError)) return error
  const hints = { UNAVAILABLE: `az keyvault show --name ${name}`, BAD_CONFIG: 'REQUESTS_CA_BUNDLE' }
  const hint = hints[error.code as keyof typeof hints]
  return hint ? new SecwrapError(error.code, error.message, { ...error.details, hint }) : error
}
