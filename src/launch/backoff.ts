export interface BackoffTimes {
  readonly baseMs: number
  readonly capMs: number
}

export const RETRY: BackoffTimes = { baseMs: 1_000, capMs: 60_000 }

/** How long to wait after a failure: doubled with each, up to the cap. */
export class Backoff {
  readonly #times: BackoffTimes
  #failures = 0

  constructor(times: BackoffTimes) {
    this.#times = times
  }

  get hasFailed(): boolean {
    return this.#failures > 0
  }

  /** There was another failure. @returns milliseconds. */
  next(): number {
    const { baseMs, capMs } = this.#times
    return Math.min(capMs, baseMs * 2 ** this.#failures++)
  }

  reset(): void {
    this.#failures = 0
  }
}
