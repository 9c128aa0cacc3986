import { readJsonNumber } from './numbers.ts'
import {
  broken,
  type Entry,
  type ListNode,
  lineAt,
  MAX_DEPTH,
  type MapNode,
  type Node,
  type Plain,
  type Scalar,
} from './tree.ts'

/**
 * A JSON object in its own order, which the file's MAC covers. JSON.parse would move names such as `10`
 * to the front, and does not say where a value stands.
 *
 * @throws SecwrapError BAD_VALUE where the text is no JSON object.
 */
export function parseJsonTree(text: string): MapNode {
  return new JsonReader(text).readDocument()
}

const LITERALS: Readonly<Record<string, Plain>> = {
  true: { type: 'bool', text: 'True' },
  false: { type: 'bool', text: 'False' },
  null: { type: 'null', text: '' },
}

const SPACE = /[ \t\r\n]*/y
const WORD = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y

class JsonReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  readDocument(): MapNode {
    this.#skipSpace()
    if (this.#text[this.#at] !== '{') throw broken('is not a JSON object')
    const root = this.#readMap(0)
    this.#skipSpace()
    if (this.#at < this.#text.length) throw this.#failure()
    return root
  }

  #readValue(depth: number): Node {
    if (depth > MAX_DEPTH) throw broken(`is nested deeper than ${MAX_DEPTH} levels`)
    const first = this.#text[this.#at]
    if (first === '{') return this.#readMap(depth)
    if (first === '[') return this.#readList(depth)
    return this.#readScalar()
  }

  #readMap(depth: number): MapNode {
    const start = this.#at
    const items: Entry[] = []
    this.#readItems('}', () => items.push(this.#readEntry(depth)))
    return { kind: 'map', items, span: { start, end: this.#at } }
  }

  #readEntry(depth: number): Entry {
    const start = this.#at
    const key = this.#readString()
    this.#skipSpace()
    if (this.#text[this.#at++] !== ':') throw this.#failure()
    this.#skipSpace()
    const value = this.#readValue(depth + 1)
    return { kind: 'entry', key, value, span: { start, end: this.#at } }
  }

  #readList(depth: number): ListNode {
    const start = this.#at
    const items: Node[] = []
    this.#readItems(']', () => items.push(this.#readValue(depth + 1)))
    return { kind: 'list', items, span: { start, end: this.#at } }
  }

  // From the opening bracket to behind the closing one.
  #readItems(close: '}' | ']', readItem: () => void): void {
    this.#at++
    this.#skipSpace()
    if (this.#text[this.#at] === close) {
      this.#at++
      return
    }
    for (;;) {
      readItem()
      this.#skipSpace()
      const separator = this.#text[this.#at++]
      if (separator === close) return
      if (separator !== ',') throw this.#failure()
      this.#skipSpace()
    }
  }

  #readScalar(): Scalar {
    const start = this.#at
    const plain = this.#text[start] === '"' ? text(this.#readString()) : this.#readWord()
    return { kind: 'scalar', plain, span: { start, end: this.#at } }
  }

  #readWord(): Plain {
    const word = this.#take(WORD)
    if (!word) throw this.#failure()
    return LITERALS[word] ?? readJsonNumber(word)
  }

  #readString(): string {
    const start = this.#at
    if (this.#text[start] !== '"') throw this.#failure()
    const quote = findQuote(this.#text, start + 1)
    try {
      const value = JSON.parse(this.#text.slice(start, quote + 1))
      this.#at = quote + 1
      return value
    } catch {
      throw this.#failure()
    }
  }

  #skipSpace(): void {
    this.#take(SPACE)
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const token = pattern.exec(this.#text)?.[0] ?? ''
    this.#at += token.length
    return token
  }

  #failure(): Error {
    return broken(`is not valid JSON (line ${lineAt(this.#text, this.#at)})`)
  }
}

// By hand: a pattern for it would need a stack as long as the longest value.
function findQuote(text: string, from: number): number {
  let quote = text.indexOf('"', from)
  while (quote > 0 && isEscaped(text, quote)) quote = text.indexOf('"', quote + 1)
  return quote < 0 ? text.length : quote
}

function isEscaped(text: string, quote: number): boolean {
  let backslashes = 0
  while (text[quote - 1 - backslashes] === '\\') backslashes++
  return backslashes % 2 === 1
}

function text(value: string): Plain {
  return { type: 'str', text: value }
}
