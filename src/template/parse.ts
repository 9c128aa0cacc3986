import { asSecwrapError, SecwrapError } from '../core/errors.ts'
import type { Place } from '../core/types.ts'
import { parseDecorators } from './decorators.ts'
import { type Head, readHead } from './head.ts'
import { parseValue } from './pieces.ts'
import { Source, skipSpace } from './source.ts'
import type { Findings, Statement } from './syntax.ts'
import { findValue } from './value.ts'
import { checkWildcard } from './wildcard.ts'

/**
 * The entries of one template, in order. What does not parse goes to the problems, and parsing goes on
 * with the next line.
 *
 * @param text - with `\n` as its only line ends.
 */
export function parseTemplate(text: string, file: string, findings: Findings): readonly Statement[] {
  const source = new Source(text)
  const statements = new Map<string, Statement>()
  let comments: string[] = []
  let line = 1
  for (let at = 0; at < text.length; ) {
    const lineEnd = endOfLine(text, at)
    const start = skipSpace(text, at, lineEnd)
    let end = lineEnd
    if (start === lineEnd) comments = []
    else if (text[start] === '#') comments.push(text.slice(start + 1, lineEnd))
    else {
      const reading = readStatement(source, start, lineEnd, { file, line, name: '' }, comments)
      collect(reading, statements, findings)
      end = reading.end
      comments = []
    }
    line += countLines(text, at, end) + 1
    at = end + 1
  }
  return [...statements.values()]
}

interface Reading {
  readonly end: number // of the statement's last line
  readonly statement?: Statement
  readonly problem?: SecwrapError
  readonly warning?: string
}

function readStatement(
  source: Source,
  start: number,
  lineEnd: number,
  line: Place,
  comments: readonly string[],
): Reading {
  const head = readHead(source.text, start, lineEnd)
  if (!head) {
    // The line is not shown: it may be the rest of a private key.
    const problem = new SecwrapError('BAD_TEMPLATE', 'this line is no NAME=value', {
      hint: 'values of several lines go in quotes',
    })
    return { end: lineEnd, problem: problem.at(line) }
  }
  const place = { ...line, name: head.name }
  const value = readValue(source, head, lineEnd)
  try {
    if (value.problem) throw value.problem
    const statement = { ...place, ...value.content, decorators: parseDecorators(comments) }
    return { end: value.end, statement, ...(value.warning !== undefined && { warning: value.warning }) }
  } catch (error) {
    const problem = asSecwrapError(error).at(place)
    return { end: value.end, problem, statement: { ...place, pieces: [], decorators: {}, problem } }
  }
}

interface Value {
  readonly end: number
  readonly content: Pick<Statement, 'pieces' | 'wildcard' | 'inherit'>
  readonly problem?: SecwrapError
  readonly warning?: string
}

function readValue(source: Source, { valueStart, prefix }: Head, lineEnd: number): Value {
  if (valueStart === undefined) return { end: lineEnd, content: { pieces: [], inherit: true } }
  let end = lineEnd
  try {
    const { start, isLiteral, escapes, ...span } = findValue(source, valueStart, lineEnd)
    end = endOfLine(source.text, span.end)
    const pieces = isLiteral
      ? [source.text.slice(start, span.end)]
      : parseValue(source, start, span.end, escapes)
    const wildcard = prefix === undefined ? {} : { wildcard: checkWildcard(prefix, pieces) }
    return { end, content: { pieces, ...wildcard }, ...(span.warning && { warning: span.warning }) }
  } catch (error) {
    return { end, content: { pieces: [] }, problem: asSecwrapError(error) }
  }
}

/** A name twice in one file is a mistake; wildcards may repeat, as they import several names each. */
function collect(
  { statement, problem, warning }: Reading,
  statements: Map<string, Statement>,
  { problems, warnings }: Findings,
): void {
  if (problem) problems.push(problem)
  if (!statement) return
  const { file, line, name } = statement
  if (warning !== undefined) warnings.push(`${file}:${line}: ${name}: ${warning}`)
  const first = statements.get(name)
  if (statement.wildcard) statements.set(`${name} ${line}`, statement)
  else if (!first) statements.set(name, statement)
  else {
    const twice = new SecwrapError('BAD_TEMPLATE', `${name} is set twice, first in line ${first.line}`)
    problems.push(twice.at(statement))
  }
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from)
  return end < 0 ? text.length : end
}

function countLines(text: string, from: number, to: number): number {
  let lines = 0
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) lines++
  return lines
}
