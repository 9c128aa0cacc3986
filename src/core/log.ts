import { SecwrapError } from './errors.ts'
import { openFiles, pause } from './files.ts'

export const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

const settings: { level: LogLevel; format: 'text' | 'json' } = { level: 'warn', format: 'text' }

/** Set once, by main.ts, before anything is said. */
export function configureLog(level: LogLevel, format: 'text' | 'json'): void {
  settings.level = level
  settings.format = format
}

/**
 * One line on standard error: `secwrap: level: text`, or a JSON object.
 *
 * It writes to the descriptor itself: touching process.stderr would set O_NONBLOCK on a
 * descriptor that the command inherits.
 */
export function log(level: Exclude<LogLevel, 'silent'> | 'hint', text: string): void {
  const rank = LOG_LEVELS.indexOf(level === 'hint' ? 'error' : level)
  if (rank > LOG_LEVELS.indexOf(settings.level)) return
  const printable = text.replace(CONTROLS, escapeControl)
  const line =
    settings.format === 'json'
      ? JSON.stringify({ level, text: printable })
      : `secwrap: ${level}: ${printable}`
  writeAll(2, `${line}\n`)
}

/**
 * What moves the cursor, begins a line or turns the direction of writing: a name from a template or a store could
 * forge what we say.
 */
export const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

function escapeControl(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/**
 * Writes all of it, also into a pipe that is full for now; a closed one is no error of ours. What can't be said on
 * standard error is left: it must not keep a command from its start.
 *
 * @throws SecwrapError BAD_CONFIG for standard output, such as a file on a full disk.
 */
export function writeAll(descriptor: number, text: string | Uint8Array): void {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text
  let done = 0
  while (done < bytes.length) {
    try {
      done += openFiles().write(descriptor, bytes, done)
    } catch (error) {
      const { code } = error as { code?: string }
      if (code === 'EAGAIN') pause()
      else if (descriptor === 2 || code === 'EPIPE' || code === 'EBADF' || code === 'EIO') return
      else if (descriptor === 1)
        throw new SecwrapError('BAD_CONFIG', `standard output can't be written (${code ?? 'unknown error'})`)
      else throw error
    }
  }
}
