import { asSecwrapError, SecwrapError } from '../core/errors.ts'
import type { Decorators, Place } from '../core/types.ts'
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
  readonly warning?: string
  readonly span?: ValueSpan
}

/** The statement that begins at `start`, undefined where the line is none. */
export function readStatement(
  source: Source,
  start: number,
  lineEnd: number,
  line: Place,
  comments: readonly string[],
): Reading | undefined {
  const head = readHead(source.text, start, lineEnd)
  return head && new StatementReader(source, { ...line, name: head.name }).read(head, lineEnd, comments)
}

/** Of a value as it is written: a few expressions may be longer than what they stand for. */
const MAX_LENGTH = 256 * 1024

/** Reads on after a mistake, so that one entry can have several. */
class StatementReader {
  readonly #source: Source
  readonly #place: Place
  readonly #problems: SecwrapError[] = []

  constructor(source: Source, place: Place) {
    this.#source = source
    this.#place = place
  }

  read({ valueStart, prefix }: Head, lineEnd: number, comments: readonly string[]): Reading {
    const { text } = this.#source
    const span =
      valueStart === undefined ? undefined : this.#try(() => findValue(this.#source, valueStart, lineEnd))
    const pieces = (span && this.#try(() => this.#readPieces(span))) ?? []
    const hasPieces = this.#problems.length === 0
    const wildcard =
      prefix !== undefined && hasPieces ? this.#try(() => checkWildcard(prefix, pieces)) : undefined
    const decorators: Decorators = this.#try(() => parseDecorators(comments)) ?? {}
    return {
      end: span ? endOfLine(text, span.end) : lineEnd,
      statement: {
        ...this.#place,
        pieces,
        decorators,
        ...(wildcard && { wildcard }),
        ...(valueStart === undefined && { inherit: true }),
        ...(this.#problems[0] && { problem: this.#problems[0] }),
      },
      problems: this.#problems,
      ...(span && { span }),
    }
  }

  #readPieces({ start, end, isLiteral, escapes }: ValueSpan): readonly Piece[] {
    if (end - start > MAX_LENGTH) {
      throw new SecwrapError('BAD_TEMPLATE', 'the value is too long for an environment')
    }
    return isLiteral ? [this.#source.text.slice(start, end)] : parseValue(this.#source, start, end, escapes)
  }

  #try<T>(step: () => T): T | undefined {
    try {
      return step()
    } catch (error) {
      this.#problems.push(asSecwrapError(error).at(this.#place))
      return undefined
    }
  }
}

export function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from)
  return end < 0 ? text.length : end
}
