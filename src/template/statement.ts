import { asSecwrapError, SecwrapError } from '../core/errors.ts'
import type { Place } from '../core/types.ts'
import { parseDecorators } from './decorators.ts'
import { type Head, readHead } from './head.ts'
import { parseValue } from './pieces.ts'
import type { Source } from './source.ts'
import type { Piece, Statement } from './syntax.ts'
import { findValue, type ValueSpan } from './value.ts'
import { checkWildcard } from './wildcard.ts'

/** What came of one statement; its value may reach over several lines. */
export interface Reading {
  readonly end: number // of its last line
  readonly statement: Statement
  readonly problems: readonly SecwrapError[]
  readonly span: ValueSpan | undefined
}

/** The statement that begins at `start`, undefined where the line is none. */
export function readStatement(
  source: Source,
  start: number,
  lineEnd: number,
  { file, line }: Place,
  comments: readonly string[],
): Reading | undefined {
  const head = readHead(source.text, start, lineEnd)
  if (!head) return undefined
  const found: SecwrapError[] = []
  const { span, pieces, wildcard } = readValue(source, head, lineEnd, found)
  const decorators = readDecorators(comments, found)
  const { name } = head
  const problems = found.length === 0 ? found : found.map(problem => problem.at({ file, line, name }))
  const statement: Statement = {
    file,
    line,
    name,
    pieces,
    decorators,
    wildcard,
    inherit: head.valueStart === undefined,
    problem: problems[0],
  }
  return { end: span ? endOfLine(source.text, span.end) : lineEnd, statement, problems, span }
}

interface Value {
  readonly span: ValueSpan | undefined
  readonly pieces: readonly Piece[]
  readonly wildcard: Statement['wildcard']
}

/** Of a value as it is written: a few expressions may be longer than what they stand for. */
const MAX_LENGTH = 256 * 1024

function readValue(
  source: Source,
  { valueStart, prefix }: Head,
  lineEnd: number,
  found: SecwrapError[],
): Value {
  if (valueStart === undefined) return { span: undefined, pieces: [], wildcard: undefined }
  let span: ValueSpan | undefined
  let pieces: readonly Piece[] = []
  try {
    span = findValue(source, valueStart, lineEnd)
    if (span.end - span.start > MAX_LENGTH) {
      throw new SecwrapError('BAD_TEMPLATE', 'the value is too long for an environment')
    }
    pieces = parseValue(source, span)
    return { span, pieces, wildcard: prefix === undefined ? undefined : checkWildcard(prefix, pieces) }
  } catch (error) {
    found.push(asSecwrapError(error))
    return { span, pieces, wildcard: undefined }
  }
}

function readDecorators(comments: readonly string[], found: SecwrapError[]): Statement['decorators'] {
  if (comments.length === 0) return NO_DECORATORS
  try {
    return parseDecorators(comments)
  } catch (error) {
    found.push(asSecwrapError(error))
    return NO_DECORATORS
  }
}

const NO_DECORATORS: Statement['decorators'] = {}

export function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from)
  return end < 0 ? text.length : end
}
