const FOREVER_MS = 2 ** 31 - 1

/** One timer a name: set again, it begins anew. */
export class Timers<Name> {
  readonly #timers = new Map<Name, NodeJS.Timeout>()
  readonly #onTime: (name: Name) => void

  constructor(onTime: (name: Name) => void) {
    this.#onTime = onTime
  }

  set(name: Name, ms: number): void {
    clearTimeout(this.#timers.get(name))
    this.#timers.set(
      name,
      setTimeout(() => this.#onTime(name), Math.min(ms, FOREVER_MS)),
    )
  }

  cancel(name: Name): void {
    clearTimeout(this.#timers.get(name))
  }
}

/** Signals alone do not keep a runtime going. */
export function stayAlive(): void {
  setInterval(() => {}, FOREVER_MS)
}
