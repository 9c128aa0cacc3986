import { SecwrapError } from '../core/errors.ts'
import { Source, skipSpace } from './source.ts'
import { endOfLine, type Reading, readStatement } from './statement.ts'
import type { Findings, Statement } from './syntax.ts'
import type { ValueSpan } from './value.ts'

/**
 * The entries of one template, in order. What does not parse goes to the problems, and parsing goes on
 * with the next line.
 */
export function parseTemplate(text: string, file: string, findings: Findings): readonly Statement[] {
  const lines = text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text
  return new TemplateParser(lines, file, findings).parse()
}

/** After so many the file is something else than a template. */
export const MAX_PROBLEMS = 100

const SEPARATOR = /[\u2028\u2029]/

class TemplateParser {
  readonly #source: Source
  readonly #file: string
  readonly #findings: Findings
  readonly #hasSeparators: boolean
  readonly #statements = new Map<string, Statement>()
  #line = 1
  #comments: string[] = [] // directly above: decorators stand there
  #badLines: { readonly first: number; count: number } | undefined

  constructor(text: string, file: string, findings: Findings) {
    this.#source = new Source(text)
    this.#file = file
    this.#findings = findings
    this.#hasSeparators = text.includes('\u2028') || text.includes('\u2029')
  }

  parse(): readonly Statement[] {
    const { text } = this.#source
    for (let at = 0; at < text.length; ) {
      if (this.#findings.problems.length >= MAX_PROBLEMS) {
        this.#report('too many problems, so the lines from here on are not read', this.#line, '')
        break
      }
      const end = this.#readLines(at, endOfLine(text, at))
      this.#line += countLines(text, at, end) + 1
      at = end + 1
    }
    this.#reportBadLines()
    return listValues(this.#statements)
  }

  /** Reads a line, or all lines of a statement. @returns where the last one ends. */
  #readLines(at: number, lineEnd: number): number {
    const { text } = this.#source
    const start = skipSpace(text, at, lineEnd)
    const isComment = text[start] === '#' && start < lineEnd
    if (start === lineEnd || isComment) {
      if (isComment) this.#comments.push(text.slice(start + 1, lineEnd))
      else this.#comments = []
      this.#checkSeparators(at, lineEnd)
      return lineEnd
    }
    const place = { file: this.#file, line: this.#line, name: '' }
    const reading = readStatement(this.#source, start, lineEnd, place, this.#comments)
    this.#comments = []
    if (!reading) {
      this.#addBadLine()
      return lineEnd
    }
    this.#reportBadLines()
    this.#collect(reading)
    this.#checkSeparators(at, reading.end, reading.span)
    return reading.end
  }

  /** A name twice in one file is a mistake; wildcards may repeat, as they import several names each. */
  #collect({ statement, problems, span }: Reading): void {
    const { name, line } = statement
    const isWildcard = name.endsWith('*')
    this.#findings.problems.push(...problems)
    if (span?.warning) this.#findings.warnings.push(`${this.#file}:${line}: ${name}: ${span.warning}`)
    const first = isWildcard ? undefined : this.#statements.get(name)
    if (first) this.#report(`${name} is set twice, first in line ${first.line}`, line, name)
    else this.#statements.set(isWildcard ? `${name} ${line}` : name, statement)
  }

  #addBadLine(): void {
    this.#badLines ??= { first: this.#line, count: 0 }
    this.#badLines.count++
  }

  /** Lines in a row are told once, and never shown: they may be the rest of a private key. */
  #reportBadLines(): void {
    if (!this.#badLines) return
    const { first, count } = this.#badLines
    const more = count === 1 ? '' : `, nor ${count === 2 ? 'is the next' : `are the next ${count - 1}`}`
    this.#report(`this line is not NAME=value${more}`, first, '', 'values of several lines go in quotes')
    this.#badLines = undefined
  }

  /** dotenv ends a line at U+2028 and U+2029, which nobody sees: `# harmless<U+2028>PATH=…` sets PATH there. */
  #checkSeparators(start: number, end: number, span?: ValueSpan): void {
    if (!this.#hasSeparators) return
    const { text } = this.#source
    const beside = span?.isQuoted
      ? text.slice(start, span.start) + text.slice(span.end, end)
      : text.slice(start, end)
    const separator = SEPARATOR.exec(beside)?.[0]
    if (separator) {
      const code = separator.charCodeAt(0).toString(16)
      this.#report(`U+${code} outside quotes, which some programs take for a line end`, this.#line, '')
    }
  }

  #report(message: string, line: number, name: string, hint?: string): void {
    const place = { file: this.#file, line, name }
    this.#findings.problems.push(new SecwrapError('BAD_TEMPLATE', message, { place, ...(hint && { hint }) }))
  }
}

// In the engine the first spread of a map's values takes as long as reading ten lines.
function listValues<T>(map: ReadonlyMap<string, T>): readonly T[] {
  const values: T[] = []
  for (const [, value] of map) values.push(value)
  return values
}

function countLines(text: string, from: number, to: number): number {
  let lines = 0
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) lines++
  return lines
}
