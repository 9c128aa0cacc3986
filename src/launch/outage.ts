import { Backoff, type BackoffTimes } from './backoff.ts'

/** After a first failed look. */
const RETRY_MS = 5_000

export interface OutageTimes {
  readonly intervalMs: number // from one look to the next
  readonly retry: BackoffTimes
}

/** Secrets that can't be read for a while: when to look again, and what is news about it. */
export class Outage {
  readonly #now: () => number // milliseconds, never backwards
  readonly #backoff: Backoff
  #since: number | undefined

  constructor({ intervalMs, retry }: OutageTimes, now: () => number) {
    this.#now = now
    this.#backoff = new Backoff({ ...retry, baseMs: Math.min(intervalMs, RETRY_MS) })
  }

  /** A look has failed. @returns when to look again, and if it is the first one, since when that is so. */
  fail(): { readonly retryMs: number; readonly since: string | undefined } {
    const retryMs = this.#backoff.next()
    if (this.#since !== undefined) return { retryMs, since: undefined }
    this.#since = this.#now()
    return { retryMs, since: new Date().toISOString() }
  }

  /** A look has worked. @returns for how many milliseconds none did; undefined where the last one did. */
  end(): number | undefined {
    const since = this.#since
    this.#since = undefined
    this.#backoff.reset()
    return since === undefined ? undefined : this.#now() - since
  }
}
