/** What a store tells of a value beside the value itself. */
export interface SecretFacts {
  readonly version?: string // what `?version=` takes
  readonly updatedAt?: Date
  readonly lease?: SecretLease // of a secret that was made for this read: a database user, a certificate
}

/** How long what was made for one read lives: reading it again would make another one. */
export interface SecretLease {
  readonly id?: string | undefined // none where there is nothing to renew or revoke: a certificate
  readonly seconds: number // that it lives from the read on
  readonly renewable: boolean
}

/**
 * A value that cannot be printed by accident: `${secret}`, JSON and console.log give `[secret]`.
 */
export class Secret {
  readonly #text: string
  readonly facts: SecretFacts

  constructor(text: string, facts: SecretFacts = NOTHING_KNOWN) {
    this.#text = text
    this.facts = facts
  }

  /** The plaintext. Searching for `.reveal(` finds every place where it leaves the program. */
  reveal(): string {
    return this.#text
  }

  equals(other: Secret): boolean {
    return this.#text === other.#text
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

const NOTHING_KNOWN: SecretFacts = {}
