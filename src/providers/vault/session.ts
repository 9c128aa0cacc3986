/**
 * The token of one run: taken once, shared by all reads, and by providers that differ only in what
 * they read (`?namespace=`), since a secret id or a wrapped token may be good for one log-in.
 */
import { isJsonObject } from '../../core/json.ts'
import type { ProviderContext } from '../../core/types.ts'
import { shareOnce } from '../shared/share-once.ts'
import { createClient, errorsOf, type VaultAnswer, type VaultClient } from './client.ts'
import { logIn } from './login.ts'
import type { VaultSettings } from './settings.ts'
import type { Token } from './tokens.ts'

/** How long the command may wait for a token to be revoked, in milliseconds. */
const REVOKE_TIMEOUT_MS = 1_000

const sessions = new WeakMap<ProviderContext, Map<string, Session>>()

export function openSession(settings: VaultSettings, context: ProviderContext): Session {
  const opened = sessions.get(context) ?? new Map<string, Session>()
  sessions.set(context, opened)
  const key = `${settings.loginNamespace ?? ''} ${settings.address}`
  const session = opened.get(key) ?? new Session(settings, context)
  opened.set(key, session)
  return session
}

export class Session {
  readonly client: VaultClient
  readonly #namespace: string | undefined
  #token: Token | undefined
  #hasLeases = false

  constructor(settings: VaultSettings, { env, warn }: ProviderContext) {
    for (const warning of settings.warnings) warn(warning)
    this.client = createClient(settings)
    this.#namespace = settings.loginNamespace
    this.token = shareOnce(async signal => {
      this.#token = await logIn({ env, client: this.client, namespace: this.#namespace }, signal)
      return this.#token
    })
  }

  /** @throws SecwrapError see login.ts. */
  readonly token: (signal: AbortSignal) => Promise<Token>

  /** Asked after a refusal: a token that lives was refused by its policies. */
  readonly isAlive = shareOnce(async signal => {
    const token = await this.token(signal)
    const path = 'auth/token/lookup-self'
    const answer = await this.client.request({ path, token: token.value, namespace: this.#namespace }, signal)
    return answer.status === 200 || isPolicyRefusal(answer)
  })

  /** Leases end with the token under which they were given, so from now on it has to live. */
  noteLease({ body }: VaultAnswer): void {
    if (typeof body.lease_id === 'string' && body.lease_id !== '') this.#hasLeases = true
  }

  /** Revokes a token of our own that nothing depends on. A failure is nobody's problem: it expires. */
  close = async (): Promise<void> => {
    const token = this.#token
    this.#token = undefined
    if (!token?.isOurs || this.#hasLeases) return
    const request = { method: 'POST', path: 'auth/token/revoke-self', token: token.value } as const
    await this.client
      .request({ ...request, namespace: this.#namespace }, AbortSignal.timeout(REVOKE_TIMEOUT_MS))
      .catch(() => undefined)
  }
}

/** Policies refuse with "1 error occurred: …", a dead token gets a bare "permission denied". */
function isPolicyRefusal(answer: VaultAnswer): boolean {
  return (
    isJsonObject(answer.body) &&
    /error(s)? occurred/.test(errorsOf(answer)) &&
    !/invalid token/.test(errorsOf(answer))
  )
}
