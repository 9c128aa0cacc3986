import { closeSync, fstatSync, openSync, readSync, statSync, writeFileSync } from 'node:fs'
import { SecwrapError } from '../core/errors.ts'
import { replaceFile } from '../core/replace-file.ts'

/**
 * The whole text or, where anything goes wrong, the file as it was. Only its owner may read it.
 *
 * @throws SecwrapError BAD_USAGE (no regular file), DENIED, BAD_CONFIG.
 */
export function writePrivateFile(path: string, text: string): void {
  withReasons(path, () => {
    // A pipe or a device would be replaced, not written to.
    if (statSync(path, { throwIfNoEntry: false })?.isFile() === false) throw notRegular(path)
    replaceFile(path, text, 0o600)
  })
}

/**
 * Adds lines to a file that others add to as well; a last line of theirs that has no end gets one.
 *
 * @throws SecwrapError BAD_USAGE (no regular file), DENIED, BAD_CONFIG.
 */
export function appendToFile(path: string, text: string): void {
  withReasons(path, () => {
    const descriptor = openSync(path, 'a+', 0o600)
    try {
      if (!fstatSync(descriptor).isFile()) throw notRegular(path)
      writeFileSync(descriptor, endsInLine(descriptor) ? text : `\n${text}`)
    } finally {
      closeSync(descriptor)
    }
  })
}

function endsInLine(descriptor: number): boolean {
  const { size } = fstatSync(descriptor)
  const last = Buffer.alloc(1)
  if (size > 0) readSync(descriptor, last, 0, 1, size - 1)
  return size === 0 || last.toString() === '\n'
}

function notRegular(path: string): SecwrapError {
  return new SecwrapError('BAD_USAGE', `${path} is not a regular file`, {
    hint: 'without --output it goes to standard output',
  })
}

function withReasons(path: string, write: () => void): void {
  try {
    write()
  } catch (error) {
    if (error instanceof SecwrapError) throw error
    const { code = 'unknown error' } = error as { code?: string }
    const isDenied = ['EACCES', 'EPERM', 'EROFS'].includes(code)
    throw new SecwrapError(isDenied ? 'DENIED' : 'BAD_CONFIG', `${path} can't be written (${code})`)
  }
}
