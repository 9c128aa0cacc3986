import { parse } from 'dotenv'

/** One `NAME=value` of a .env file; `head`, `raw`, `gap` and `comment` are what stands there. */
export interface DotenvEntry {
  readonly kind: 'entry'
  readonly line: number // from 1
  readonly name: string
  readonly value: string // as the application gets it
  readonly head: string // `  export NAME =`
  readonly raw: string // ` "a value"`
  readonly gap: string // white space before the comment
  readonly comment: string // `# …`, or nothing
}

/** Any other line. What is neither blank nor a comment means nothing to dotenv. */
export interface DotenvLine {
  readonly kind: 'blank' | 'comment' | 'other'
  readonly line: number
  readonly text: string
}

export interface DotenvFile {
  readonly items: readonly (DotenvEntry | DotenvLine)[] // in their order
  readonly entries: ReadonlyMap<string, DotenvEntry> // of a name that stands twice, the last
  readonly comments: ReadonlyMap<string, readonly string[]> // the lines directly above an entry, by its name
}

/**
 * A .env file with the values that the `dotenv` package gives.
 *
 * dotenv does not tell where a value stands, so its grammar is here as well: what belongs to a value of
 * several lines must not be taken for a comment.
 *
 * @throws Error where the two do not agree, so that no template comes of it.
 */
export function readDotenv(source: string): DotenvFile {
  const text = source.replace(/^\ufeff/, '').replaceAll(/\r\n?/g, '\n')
  const items = new DotenvReader(text).read()
  const entries = new Map(items.flatMap(item => (item.kind === 'entry' ? [[item.name, item]] : [])))
  const expected = Object.entries(parse(text))
  if (
    expected.length !== entries.size ||
    expected.some(([name, value]) => entries.get(name)?.value !== value)
  ) {
    throw new Error('a .env file was not read as dotenv reads it')
  }
  return { items, entries, comments: findComments(items) }
}

function findComments(items: DotenvFile['items']): DotenvFile['comments'] {
  const found = new Map<string, readonly string[]>()
  let above: string[] = []
  for (const item of items) {
    if (item.kind === 'entry') found.set(item.name, above)
    if (item.kind === 'comment') above.push(item.text)
    else above = []
  }
  return found
}

const QUOTED = ["'", '"', '`'].map(quote => `${quote}(?:\\\\${quote}|[^${quote}])*${quote}`).join('|')
const HEAD = String.raw`(?<head>(?:export\s+)?(?<name>[\w.-]+)(?:\s*=\s*?|:\s+?))`
const VALUE = String.raw`(?<value>\s*(?:${QUOTED})|[^#\n]+)?`
const STATEMENT = new RegExp(String.raw`^\s*${HEAD}${VALUE}\s*(?:#.*)?$`, 'dgm')

// dotenv ends lines at all of them.
const LINE_END = /[\n\u2028\u2029]/g

const NOWHERE: readonly [number, number] = [0, 0]

class DotenvReader {
  readonly #text: string
  readonly #items: (DotenvEntry | DotenvLine)[] = []
  #at = 0
  #line = 1

  constructor(text: string) {
    this.#text = text
  }

  read(): DotenvFile['items'] {
    for (const found of this.#text.matchAll(STATEMENT)) this.#readStatement(found)
    this.#readLines(this.#text.length)
    return this.#items
  }

  #readStatement({ 0: statement, indices }: RegExpMatchArray): void {
    const spans = indices?.groups ?? {}
    const { head = NOWHERE, name: [nameStart, nameEnd] = NOWHERE, value: [, valueEnd] = head } = spans
    const name = this.#text.slice(nameStart, nameEnd)
    const values = parse(statement)
    // There is none for a name such as __proto__.
    if (!Object.hasOwn(values, name)) return
    const start = lineStartAt(this.#text, head[0])
    const end = lineEndAt(this.#text, valueEnd)
    this.#readLines(start)
    this.#items.push({
      kind: 'entry',
      line: this.#lineAt(nameStart),
      name,
      value: values[name] ?? '',
      head: this.#text.slice(start, head[1]),
      ...splitBody(this.#text.slice(head[1], end), valueEnd - head[1]),
    })
    this.#skipTo(end + 1)
  }

  /** The lines up to the next statement. */
  #readLines(end: number): void {
    while (this.#at < end) {
      const lineEnd = Math.min(lineEndAt(this.#text, this.#at), end)
      const text = this.#text.slice(this.#at, lineEnd).trimEnd()
      this.#items.push({ kind: kindOf(text), line: this.#line, text })
      this.#skipTo(lineEnd + 1)
    }
  }

  #skipTo(offset: number): void {
    this.#line = this.#lineAt(offset)
    this.#at = offset
  }

  #lineAt(offset: number): number {
    return this.#line + this.#text.slice(this.#at, offset).split('\n').length - 1
  }
}

/** @param length - of the value, white space around it included. */
function splitBody(body: string, length: number): Pick<DotenvEntry, 'raw' | 'gap' | 'comment'> {
  const raw = body.slice(0, length).trimEnd()
  const rest = body.slice(raw.length)
  const comment = rest.trim()
  return { raw, gap: comment === '' ? '' : rest.slice(0, rest.indexOf(comment)), comment }
}

function kindOf(line: string): DotenvLine['kind'] {
  const text = line.trimStart()
  if (text === '') return 'blank'
  return text.startsWith('#') ? 'comment' : 'other'
}

function lineStartAt(text: string, offset: number): number {
  let start = offset
  while (start > 0 && !/[\n\u2028\u2029]/.test(text.charAt(start - 1))) start--
  return start
}

function lineEndAt(text: string, offset: number): number {
  LINE_END.lastIndex = offset
  return LINE_END.exec(text)?.index ?? text.length
}
