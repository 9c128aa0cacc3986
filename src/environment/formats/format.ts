import { SecwrapError } from '../../core/errors.ts'
import type { Environment } from '../../core/types.ts'

/** One way to write variables down, for the programs that read it. Values hold no NUL and are well-formed. */
export interface Format {
  /**
   * One variable as its line, lines or member, without a newline at the end.
   *
   * @throws SecwrapError BAD_VALUE where the format's readers would come to another name or value.
   */
  writeVariable(name: string, value: string): string
  /** The whole document; without it, the variables stand one below the other. */
  wrap?(variables: readonly string[], options: FormatOptions, environment: Environment): string
  /** Before any secret is read. @throws SecwrapError BAD_USAGE. */
  checkOptions?(options: FormatOptions): void
}

/** Of a Kubernetes Secret; no other format takes any. */
export interface FormatOptions {
  readonly name?: string
  readonly namespace?: string
  readonly type?: string
}

/** `the value has a line break, which …`: a fact, never the value. */
export function refuseValue(fact: string, hint = OTHER_FORMAT): never {
  throw new SecwrapError('BAD_VALUE', `the value ${fact}`, { hint })
}

export function refuseName(fact: string): never {
  throw new SecwrapError('BAD_VALUE', fact, { hint: 'another name, or secwrap exec' })
}

const OTHER_FORMAT = 'another --format, such as json, or secwrap exec'

/** What no reader of lines takes for anything but itself: no quote, no blank, nothing that expands. */
export function isPlain(value: string): boolean {
  return /^[\w./:@%+,=-]+$/.test(value)
}

/** `\u001b`, in UTF-16 units. */
export function escapeUnit(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
