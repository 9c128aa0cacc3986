import { SecwrapError } from '../core/errors.ts'

/** Requests under way to one store at most. */
const MOST = 100

/**
 * Runs tasks side by side, up to 100 at a time. A store that throttles is asked by half as many
 * from then on, and each success after that allows a little more.
 */
export class Limiter {
  #limit = MOST
  #running = 0
  readonly #waiting: (() => void)[] = []

  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#limit) await new Promise<void>(start => this.#waiting.push(start))
    else this.#running++
    try {
      const result = await task()
      if (this.#limit < MOST) this.#limit += 1 / this.#limit
      return result
    } catch (error) {
      if (error instanceof SecwrapError && error.details.retry?.throttled && this.#limit > 1) this.#limit /= 2
      throw error
    } finally {
      this.#release()
    }
  }

  #release(): void {
    this.#running--
    while (this.#running < this.#limit && this.#waiting.length > 0) {
      this.#running++
      this.#waiting.shift()?.()
    }
  }
}
