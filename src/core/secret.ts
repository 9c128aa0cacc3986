/**
 * A value that cannot be printed by accident: `${secret}`, JSON and console.log give `[secret]`.
 */
export class Secret {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  /** The plaintext. Searching for `.reveal(` finds every place where it leaves the program. */
  reveal(): string {
    return this.#text
  }

  toString(): string {
    return '[secret]'
  }

  toJSON(): string {
    return '[secret]'
  }

  // The symbol that node:util calls inspect.custom; by name, so that start-up does not load node:util.
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[secret]'
  }
}
