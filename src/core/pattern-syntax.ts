/** A regular expression taken apart. `least` and `most` of a repetition may be equal; `most` may be Infinity. */
export type Node =
  | { readonly kind: 'character'; readonly takes: RegExp }
  | { readonly kind: 'assert'; readonly what: 'start' | 'end' | 'boundary' | 'inside' }
  | { readonly kind: 'sequence'; readonly nodes: readonly Node[] }
  | { readonly kind: 'choice'; readonly nodes: readonly Node[] }
  | { readonly kind: 'repeat'; readonly node: Node; readonly least: number; readonly most: number }

/**
 * A JavaScript regular expression with the flag `u`.
 *
 * @throws SyntaxError that says in our words why it can't be used.
 */
export function parsePattern(pattern: string): Node {
  try {
    new RegExp(pattern, 'u')
  } catch {
    throw new SyntaxError('is not a regular expression')
  }
  return new PatternParser(pattern).choice()
}

// One character of the text: a class, an escape or itself. Which characters it takes is left to JavaScript.
const ATOM =
  /\[(?:\\[\s\S]|[^\]\\])*\]|\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|\\u\{[\da-fA-F]+\}|\\u[\da-fA-F]{4}|\\x[\da-fA-F]{2}|\\c[a-zA-Z]|\\[pP]\{[^}]*\}|\\[\s\S]|[\s\S]/uy
const QUANTIFIER = /([*+?]|\{(\d+)(?:(,)(\d*))?\})\??/uy
const GROUP = /\((?:\?:|\?<[^=!>][^>]*>|(?!\?))/uy
const ASSERTIONS = { '^': 'start', $: 'end', '\\b': 'boundary', '\\B': 'inside' } as const

/** Recursive descent. The syntax has been checked, so what is left to refuse is what takes more than a state. */
class PatternParser {
  readonly #pattern: string
  #at = 0

  constructor(pattern: string) {
    this.#pattern = pattern
  }

  choice(): Node {
    const nodes = [this.#sequence()]
    while (this.#pattern[this.#at] === '|') {
      this.#at++
      nodes.push(this.#sequence())
    }
    return { kind: 'choice', nodes }
  }

  #sequence(): Node {
    const nodes: Node[] = []
    while (this.#at < this.#pattern.length && !'|)'.includes(this.#pattern.charAt(this.#at))) {
      nodes.push(this.#repeated(this.#atom()))
    }
    return { kind: 'sequence', nodes }
  }

  #repeated(node: Node): Node {
    const [, sign, low, comma, high] = this.#take(QUANTIFIER) ?? []
    if (sign === undefined) return node
    const least = low === undefined ? Number(sign === '+') : Number(low)
    const most =
      low === undefined
        ? sign === '?'
          ? 1
          : Infinity
        : comma === undefined
          ? least
          : Number(high || Infinity)
    return { kind: 'repeat', node, least, most }
  }

  #atom(): Node {
    if (this.#pattern[this.#at] === '(') return this.#group()
    const source = this.#take(ATOM)?.[0] ?? ''
    if (source in ASSERTIONS) return { kind: 'assert', what: ASSERTIONS[source as keyof typeof ASSERTIONS] }
    if (/^\\[1-9k]/.test(source)) throw new SyntaxError('has a back-reference, which is not supported')
    return { kind: 'character', takes: new RegExp(`^${source}$`, 'u') }
  }

  #group(): Node {
    if (!this.#take(GROUP)) throw new SyntaxError('looks around or changes flags, which is not supported')
    const node = this.choice()
    this.#at++ // the closing parenthesis
    return node
  }

  #take(what: RegExp): RegExpExecArray | null {
    what.lastIndex = this.#at
    const found = what.exec(this.#pattern)
    if (found) this.#at += found[0].length
    return found
  }
}
