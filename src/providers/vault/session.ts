/**
 * The token of one run: taken once, shared by all reads, and by providers that differ only in what
 * they read (`?namespace=`), since a secret id or a wrapped token may be good for one log-in.
 */
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
  const key = `${settings.address} ${settings.loginNamespace ?? ''}`
  const session = opened.get(key) ?? new Session(settings, context)
  opened.set(key, session)
  return session
}

export class Session {
  readonly client: VaultClient
  readonly #namespace: string | undefined
  readonly #context: ProviderContext
  #taken: Token | undefined
  #hasLeases = false

  constructor(settings: VaultSettings, context: ProviderContext) {
    for (const warning of settings.warnings) context.warn(warning)
    this.client = createClient(settings)
    this.#namespace = settings.loginNamespace
    this.#context = context
  }

  /** @throws SecwrapError see login.ts. */
  readonly token = shareOnce(async (signal): Promise<Token> => {
    const place = { env: this.#context.env, client: this.client, namespace: this.#namespace }
    this.#taken = await logIn(place, signal)
    return this.#taken
  })

  /** Asked after a refusal: a token that lives was refused by its policies. */
  readonly isAlive = shareOnce(async (signal): Promise<boolean> => {
    const { value: token } = await this.token(signal)
    const request = { path: 'auth/token/lookup-self', token, namespace: this.#namespace }
    const answer = await this.client.request(request, signal)
    return answer.status === 200 || isPolicyRefusal(answer)
  })

  /** Leases end with the token under which they were given, so from now on it has to live. */
  noteLease({ body }: VaultAnswer): void {
    if (typeof body.lease_id === 'string' && body.lease_id !== '') this.#hasLeases = true
  }

  /** Revokes a token of our own that nothing depends on. Where that fails, the token expires by itself. */
  async close(): Promise<void> {
    const token = this.#taken
    this.#taken = undefined
    sessions.delete(this.#context) // whoever reads again with this context needs a token that lives
    if (!token?.isOurs || this.#hasLeases) return
    const path = 'auth/token/revoke-self'
    const request = { method: 'POST', path, token: token.value, namespace: this.#namespace } as const
    await this.client.request(request, AbortSignal.timeout(REVOKE_TIMEOUT_MS)).catch(() => undefined)
  }
}

/** A policy refuses with "1 error occurred: …"; a dead token gets a bare "permission denied", or "invalid token". */
function isPolicyRefusal(answer: VaultAnswer): boolean {
  const errors = errorsOf(answer)
  return answer.status === 403 && errors.includes('occurred') && !errors.includes('invalid token')
}
