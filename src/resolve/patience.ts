/** Ends work that makes no progress: each step done begins the wait anew, so thousands of steps may take their time. */
export class Patience implements Disposable {
  readonly #controller = new AbortController()
  readonly #ms: number
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(ms: number) {
    this.#ms = ms
    this.renew()
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  renew(): void {
    clearTimeout(this.#timer)
    // The reason that AbortSignal.timeout gives, by which a store's client tells a deadline from anything else.
    const reason = new DOMException('no progress', 'TimeoutError')
    this.#timer = setTimeout(() => this.#controller.abort(reason), this.#ms)
  }

  /** Until it is renewed: while a person is asked. */
  pause(): void {
    clearTimeout(this.#timer)
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
  }
}
