import { MAX_DEPTH, type MapNode, type Node, type Plain, type Span } from './tree.ts'
import { readPlainScalar } from './yaml-scalar.ts'

/**
 * YAML as sops writes it, for reading alone: block style, one line a value, comments and places left out.
 * Undefined for whatever else YAML allows; `yaml.ts` reads that. The parser of the `yaml` package takes a
 * compiled start 10 ms for 200 values, this one less than 1.
 */
export function parseYamlQuickly(text: string): MapNode | undefined {
  const lines = readLines(text)
  if (!lines?.length) return undefined
  const reader = new QuickReader(lines)
  const root = reader.readMap(0, 0)
  return root && reader.isAtEnd() ? root : undefined
}

interface Line {
  readonly number: number // in the file: a gap is a blank line or a comment
  readonly indent: number
  readonly text: string
}

function readLines(text: string): readonly Line[] | undefined {
  const lines: Line[] = []
  for (const [number, whole] of text.split('\n').entries()) {
    const body = whole.trimStart()
    if (body === '' || body.startsWith('#')) continue
    const indent = whole.length - body.length
    if (/[\t\r]|^(?:---|\.\.\.|%)/.test(whole) || whole.slice(0, indent) !== ' '.repeat(indent))
      return undefined
    lines.push({ number, indent, text: body })
  }
  return lines
}

const NOWHERE: Span = { start: 0, end: 0 }
// A name, and what stands behind it.
const ENTRY = /^(?:([A-Za-z_][\w./-]*)|"([^"\\]*)"|'([^']*)'):(?: (.*))?$/
const ITEM = /^-(?: (\S.*))?$/
const SEALED = /^(ENC\[AES256_GCM,[\w+/=,:]*\])(?: +#.*)?$/
const PLAIN = /^[\w.~+/][\w.+/=@-]*$/

class QuickReader {
  readonly #lines: Line[]
  #at = 0

  constructor(lines: readonly Line[]) {
    this.#lines = [...lines]
  }

  isAtEnd(): boolean {
    return this.#at === this.#lines.length
  }

  readMap(indent: number, depth: number): MapNode | undefined {
    const items: MapNode['items'][number][] = []
    for (let line = this.#lines[this.#at]; line?.indent === indent; line = this.#lines[this.#at]) {
      const [, plain, double, single, rest = ''] = ENTRY.exec(line.text) ?? []
      const key = plain === undefined ? (double ?? single) : asText(plain)
      if (key === undefined) return undefined
      this.#at++
      const value = this.#readValue(rest, indent, depth)
      if (!value) return undefined
      items.push({ kind: 'entry', key, value, span: NOWHERE })
    }
    return { kind: 'map', items, span: NOWHERE }
  }

  #readList(indent: number, depth: number): Node | undefined {
    const items: Node[] = []
    for (let line = this.#lines[this.#at]; line?.indent === indent; line = this.#lines[this.#at]) {
      const [match, rest = ''] = ITEM.exec(line.text) ?? []
      const item = match === undefined ? undefined : this.#readItem(rest, line, depth)
      if (!item) return undefined
      items.push(item)
    }
    return { kind: 'list', items, span: NOWHERE }
  }

  #readItem(rest: string, line: Line, depth: number): Node | undefined {
    const { indent } = line
    if (ENTRY.test(rest) || ITEM.test(rest)) {
      // What follows the dash is the first line of a block two further in.
      this.#lines[this.#at] = { number: line.number, indent: indent + 2, text: rest }
      return this.#readBlock(indent + 2, depth)
    }
    this.#at++
    return this.#readValue(rest, indent, depth)
  }

  /** What stands behind a name or a dash, or on the lines below it. */
  #readValue(rest: string, indent: number, depth: number): Node | undefined {
    if (rest === '{}') return { kind: 'map', items: [], span: NOWHERE }
    if (rest === '[]') return { kind: 'list', items: [], span: NOWHERE }
    const next = this.#lines[this.#at]?.indent ?? 0
    if (rest === '|') return next > indent ? this.#readText(next) : undefined
    if (rest === '' && next > indent) return this.#readBlock(next, depth)
    const plain = next > indent ? undefined : readScalar(rest)
    return plain && scalar(plain)
  }

  #readBlock(indent: number, depth: number): Node | undefined {
    if (depth > MAX_DEPTH) return undefined
    const isList = ITEM.test(this.#lines[this.#at]?.text ?? '')
    return isList ? this.#readList(indent, depth + 1) : this.readMap(indent, depth + 1)
  }

  // The lines of `|`. Undefined at the end and beside a blank line or a `#`, which could be part of it.
  #readText(indent: number): Node | undefined {
    let number = this.#lines[this.#at - 1]?.number ?? 0
    let text = ''
    for (; this.#lines[this.#at]?.indent === indent; this.#at++) {
      if (this.#lines[this.#at]?.number !== ++number) return undefined
      text += `${this.#lines[this.#at]?.text}\n`
    }
    const next = this.#lines[this.#at]
    return next?.number === number + 1 ? scalar({ type: 'str', text }) : undefined
  }
}

function readScalar(text: string): Plain | undefined {
  const [, sealed] = SEALED.exec(text) ?? []
  if (sealed !== undefined) return { type: 'str', text: sealed }
  if (/^"[^"\\]*"$/.test(text)) return { type: 'str', text: text.slice(1, -1) }
  return text === '' || PLAIN.test(text) ? readPlainScalar(text) : undefined
}

// A name that YAML takes for a number or a truth is left to the whole parser.
function asText(name: string): string | undefined {
  return readPlainScalar(name).type === 'str' ? name : undefined
}

function scalar(plain: Plain): Node {
  return { kind: 'scalar', plain, span: NOWHERE }
}
