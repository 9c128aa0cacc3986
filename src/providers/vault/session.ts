/**
 * The token of one run: taken once, shared by all reads, and by providers that differ only in what
 * they read (`?namespace=`), since a secret id or a wrapped token may be good for one log-in. Where the
 * context keeps tokens, other processes have it before and after this one.
 */
import type { ProviderContext, Store } from '../../core/types.ts'
import { shareOnce } from '../shared/share-once.ts'
import { createClient, errorsOf, type VaultAnswer, type VaultClient } from './client.ts'
import { logIn } from './login.ts'
import type { VaultSettings } from './settings.ts'
import { askLife, renewSelf, revokeSelf } from './token-life.ts'
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
  readonly #store: Store
  #taken: Token | undefined
  readonly #leases: { readonly id: string; readonly namespace: string | undefined }[] = []

  constructor(settings: VaultSettings, context: ProviderContext) {
    for (const warning of settings.warnings) context.warn(warning)
    this.client = createClient(settings)
    this.#namespace = settings.loginNamespace
    this.#context = context
    const namespace = settings.loginNamespace
    this.#store = { scheme: 'vault', options: { address: settings.address, ...(namespace && { namespace }) } }
  }

  /** @throws SecwrapError see login.ts. */
  readonly token = shareOnce(async (signal): Promise<Token> => {
    const { env, tokens } = this.#context
    const kept = tokens?.find(this.#store)
    const place = { env, client: this.client, namespace: this.#namespace }
    const token: Token = kept ?? (await logIn(place, signal))
    // Before anything else: from now on it ends only by being revoked, or by its age.
    if (!kept && token.isOurs) tokens?.keep(this.#store, token)
    this.#taken = token
    return token
  })

  /** Asked after a refusal: a token that lives was refused by its policies. */
  readonly isAlive = shareOnce(async (signal): Promise<boolean> => {
    const { value: token } = await this.token(signal)
    const request = { path: 'auth/token/lookup-self', token, namespace: this.#namespace }
    const answer = await this.client.request(request, signal)
    const isAlive = answer.status === 200 || isPolicyRefusal(answer)
    if (!isAlive) this.#context.tokens?.drop(this.#store)
    return isAlive
  })

  /** Ends a token of our own, once. */
  readonly revokeToken = shareOnce(async signal => {
    const { isOurs, value } = await this.token(signal)
    if (isOurs) await revokeSelf(this.client, value, this.#namespace, signal)
  })

  /** Leases end with the token under which they were given, so from now on it has to live. */
  noteLease({ body: { lease_id: id } }: VaultAnswer, namespace: string | undefined): void {
    if (typeof id === 'string' && id !== '') this.#leases.push({ id, namespace })
  }

  /** Somebody renews it, and revokes it at last. */
  get isKept(): boolean {
    return this.#context.tokens !== undefined
  }

  async renewToken(signal: AbortSignal): Promise<number> {
    const { value } = await this.token(signal)
    return renewSelf(this.client, value, this.#namespace, signal)
  }

  /** Revokes what nothing depends on: a token of our own, or leases. What fails expires by itself. */
  async close(): Promise<void> {
    const token = this.#taken
    this.#taken = undefined
    sessions.delete(this.#context) // whoever reads again with this context needs a token that lives
    if (this.isKept) return this.#tellLife(token)
    const isNeeded = this.#leases.length > 0 && !this.#context.isTrial
    if (!token || isNeeded) return
    const signal = AbortSignal.timeout(REVOKE_TIMEOUT_MS)
    if (!token.isOurs) return this.#endLeases(token, signal)
    await revokeSelf(this.client, token.value, this.#namespace, signal).catch(() => undefined)
  }

  /** Each by itself: a token that was given to us lives on. */
  async #endLeases({ value: token }: Token, signal: AbortSignal): Promise<void> {
    const revoked = this.#leases.map(({ id, namespace }) => {
      const body = { lease_id: id }
      return this.client.request(
        { method: 'POST', path: 'sys/leases/revoke', token, namespace, body },
        signal,
      )
    })
    await Promise.allSettled(revoked)
  }

  async #tellLife(token: Token | undefined): Promise<void> {
    const { tell } = this.#context.tokens ?? {}
    if (!token || !tell) return
    const signal = AbortSignal.timeout(REVOKE_TIMEOUT_MS)
    const life = await askLife(this.client, token, this.#namespace, signal).catch(() => undefined)
    const { source, isOurs, isOnly = false } = token
    const isReplaceable = isOurs && !isOnly
    if (life) tell(this.#store, { ...life, source, isReplaceable, hasLeases: this.#leases.length > 0 })
  }
}

/** A policy refuses with "1 error occurred: …"; a dead token gets a bare "permission denied", or "invalid token". */
function isPolicyRefusal(answer: VaultAnswer): boolean {
  const errors = errorsOf(answer)
  return answer.status === 403 && errors.includes('occurred') && !errors.includes('invalid token')
}
