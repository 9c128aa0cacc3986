const NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const
type Name = keyof typeof NUMBERS

/** Listens for the signals that ask to stop: the first is kept here, a second one ends the process at once. */
export class Interruption implements Disposable {
  #signal: Name | undefined
  readonly #handlers = new Map<Name, () => void>()

  constructor() {
    for (const name of Object.keys(NUMBERS) as Name[]) {
      const handler = () => this.#take(name)
      this.#handlers.set(name, handler)
      process.on(name, handler)
    }
  }

  get signal(): Name | undefined {
    return this.#signal
  }

  /** As a shell tells the death by this signal: 130 for SIGINT. */
  get exitCode(): number {
    return 128 + (this.#signal ? NUMBERS[this.#signal] : 0)
  }

  [Symbol.dispose](): void {
    for (const [name, handler] of this.#handlers) process.off(name, handler)
  }

  #take(name: Name): void {
    if (this.#signal) process.exit(128 + NUMBERS[name])
    this.#signal = name
  }
}
