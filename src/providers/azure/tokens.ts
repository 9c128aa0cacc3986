/** Access tokens: one for all that ask for the same, fetched again when its time is over. */
import { SecwrapError } from '../../core/errors.ts'

/** Whom a token is for, and who gives it. */
export interface Audience {
  readonly authority: string // https://login.microsoftonline.com
  readonly resource: string // https://vault.azure.net
  readonly tenant?: string // the credential's own if absent
}

export interface Token {
  readonly value: string
  readonly source: string // as a message names it: AZURE_CLIENT_SECRET, the managed identity
  readonly expiresAtMs: number
}

export type FetchToken = (audience: Audience, signal: AbortSignal) => Promise<Token>

/** A token that ends sooner is not worth a request. */
const MARGIN_MS = 5_000

export class Tokens {
  readonly #fetch: FetchToken
  readonly #shared = new Map<string, Promise<Token>>()

  constructor(fetch: FetchToken) {
    this.#fetch = fetch
  }

  /** A failure that may pass is forgotten; any other stays, so that a wrong secret is sent once. */
  async get(audience: Audience, signal: AbortSignal): Promise<Token> {
    const key = [audience.authority, audience.tenant, audience.resource].join(' ')
    const known = this.#shared.get(key)
    if (!known) return this.#share(key, audience, signal)
    const token = await known
    if (token.expiresAtMs - MARGIN_MS > Date.now()) return token
    const isReplaced = this.#shared.get(key) !== known
    return isReplaced ? this.get(audience, signal) : this.#share(key, audience, signal)
  }

  #share(key: string, audience: Audience, signal: AbortSignal): Promise<Token> {
    const shared = this.#fetch(audience, signal).catch(error => {
      if (error instanceof SecwrapError && error.details.retry) this.#shared.delete(key)
      throw error
    })
    this.#shared.set(key, shared)
    return shared
  }
}
