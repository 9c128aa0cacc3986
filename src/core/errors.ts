/** One code per cause. Numbers are sysexits(3), and the shell's 126 and 127 for the command. */
export const EXIT_CODES = {
  BAD_USAGE: 64, // unknown flag, missing argument
  BAD_TEMPLATE: 65, // the template or a reference in it does not parse
  BAD_VALUE: 65, // a value that the environment, a type or a format cannot take
  NOT_FOUND: 66, // no such secret, version, key or file
  UNAVAILABLE: 69, // the store did not answer, retries included
  BUG: 70, // anything that is not a SecwrapError
  CONFLICT: 75, // somebody else wrote in between; trying again may work
  TIMED_OUT: 75, // the deadline passed; trying again may work
  DENIED: 77, // credentials missing, expired or not allowed
  BAD_CONFIG: 78,
  NOT_EXECUTABLE: 126,
  NO_COMMAND: 127,
} as const

export type ErrorCode = keyof typeof EXIT_CODES

export interface ErrorDetails {
  readonly ref?: string // the reference as written, never a value
  readonly hint?: string // a command or a setting
  readonly place?: { readonly file: string; readonly line: number; readonly name: string }
  /** Set where trying again may work. `afterMs` is the store's own wish (Retry-After). */
  readonly retry?: { readonly afterMs?: number; readonly throttled?: boolean }
}

/** The one error that users see. Its message is ours: nothing of a library's error goes into it but codes. */
export class SecwrapError extends Error {
  override readonly name = 'SecwrapError'
  readonly code: ErrorCode
  readonly details: ErrorDetails

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message)
    this.code = code
    this.details = details
  }

  get exitCode(): number {
    return EXIT_CODES[this.code]
  }

  /** The same error, told of a place in a template. An error that has a place keeps it. */
  at({
    file,
    line,
    name,
  }: {
    readonly file: string
    readonly line: number
    readonly name: string
  }): SecwrapError {
    if (this.details.place) return this
    return new SecwrapError(this.code, this.message, { ...this.details, place: { file, line, name } })
  }
}

/** For a `catch`. @throws whatever is no SecwrapError: a bug, which main.ts reports as one. */
export function asSecwrapError(error: unknown): SecwrapError {
  if (error instanceof SecwrapError) return error
  throw error
}

/** Throws what was gathered: nothing, the one error, or all of them in an AggregateError, sorted by place. */
export function throwTogether(problems: readonly SecwrapError[]): void {
  if (problems.length === 0) return
  const [first, ...others] = [...problems].sort(byPlace)
  if (others.length === 0) throw first
  throw new AggregateError([first, ...others])
}

// Files keep the order in which they were met; Array.sort is stable.
function byPlace(a: SecwrapError, b: SecwrapError): number {
  const [left, right] = [a.details.place, b.details.place]
  if (!left || !right || left.file !== right.file) return 0
  return left.line - right.line
}

/** One line for people: `file:line: NAME: fact [CODE]`. Line 0 stands for a place without lines, name '' for none. */
export function describe(error: SecwrapError): string {
  const { file, line, name } = error.details.place ?? { file: '', line: 0, name: '' }
  const where = [file && (line > 0 ? `${file}:${line}` : file), name].filter(Boolean)
  return `${[...where, error.message].join(': ')} [${error.code}]`
}

/** An error that is no SecwrapError: its class and where it was thrown. Its message could hold a value, in any line. */
export function describeBug(error: unknown): string {
  if (!(error instanceof Error)) return 'internal error [BUG]'
  const [where = ''] = FRAME.exec(error.stack ?? '') ?? []
  return `internal error: ${error.constructor.name} ${where.trim()} [BUG]`
}

// `    at load (/app/main.js:5:17)`
const FRAME = /^ +at .*:\d+:\d+\)?$/m
