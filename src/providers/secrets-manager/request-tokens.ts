import { SecwrapError } from '../../core/errors.ts'
import type { Secret } from '../../core/secret.ts'

/**
 * What makes a write that is tried again the same write: Secrets Manager makes one version of all requests
 * with one token. A write that is over, well or not, gives its token back; one whose answer may have been lost
 * keeps it for the next attempt.
 */
export class RequestTokens {
  readonly #open = new WeakMap<Secret, Map<string, string>>() // id → token

  async use<T>(secret: Secret, id: string, run: (token: string) => Promise<T>): Promise<T> {
    const tokens = this.#open.get(secret) ?? new Map<string, string>()
    this.#open.set(secret, tokens)
    const token = tokens.get(id) ?? crypto.randomUUID()
    tokens.set(id, token)
    try {
      const result = await run(token)
      tokens.delete(id)
      return result
    } catch (error) {
      if (!(error instanceof SecwrapError) || !error.details.retry) tokens.delete(id)
      throw error
    }
  }
}
