/** Questions to the person at the terminal. */
import { isatty } from 'node:tty'
import { SecwrapError } from '../core/errors.ts'
import { Secret } from '../core/secret.ts'
import { LONGEST_LINE_BYTES, Terminal } from '../core/terminal.ts'
import { flatten } from './table.ts'
import { decodeText } from './value-input.ts'

/** Whether somebody sits at standard input who can be asked. */
export function canAsk(): boolean {
  return isatty(0)
}

/**
 * False for everything but yes.
 *
 * @param before - what is shown above the question, as it is.
 * @throws SecwrapError BAD_USAGE where nobody can be asked.
 */
export async function confirm(question: string, before = ''): Promise<boolean> {
  using terminal = canAsk() ? Terminal.open() : undefined
  if (!terminal) {
    throw new SecwrapError('BAD_USAGE', `there is no terminal to ask at: ${question}`, { hint: '--yes' })
  }
  terminal.write(`${before}${flatten(question)} [y/N] `)
  const answer = await terminal.readLine()
  if (answer === undefined) terminal.write('\n')
  return /^y(es)?$/i.test(new TextDecoder().decode(answer).trim())
}

/**
 * A value that is typed twice and never shown.
 *
 * @throws SecwrapError BAD_USAGE where nothing is typed, or the second time something else; BAD_VALUE for a line
 * that a terminal cuts.
 */
export async function askForValue(ref: string): Promise<Secret> {
  using terminal = Terminal.open()
  if (!terminal) throw new SecwrapError('BAD_USAGE', 'there is no terminal to ask at', { hint: VALUE_HINT })
  using hidden = terminal.hideTyping()
  if (!hidden)
    throw new SecwrapError('BAD_CONFIG', "this runtime can't hide what is typed", { hint: VALUE_HINT })
  const value = await askOnce(terminal, `Value of ${flatten(ref)}: `)
  const again = await askOnce(terminal, 'The same again: ')
  if (value.equals(again)) return value
  throw new SecwrapError('BAD_USAGE', 'the two values differ, and nothing was written')
}

const VALUE_HINT = 'the value on standard input, --from-file FILE or --generate'

async function askOnce(terminal: Terminal, question: string): Promise<Secret> {
  terminal.write(question)
  const line = await terminal.readLine()
  if (line === undefined) {
    terminal.write('\n')
    throw new SecwrapError('BAD_USAGE', 'no value was typed', { hint: VALUE_HINT })
  }
  if (line.length >= LONGEST_LINE_BYTES) {
    throw new SecwrapError('BAD_VALUE', `a terminal cuts a line after ${LONGEST_LINE_BYTES} bytes`, {
      hint: VALUE_HINT,
    })
  }
  return new Secret(decodeText(line, 'what was typed'))
}
