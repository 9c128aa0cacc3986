import { SecwrapError } from '../../core/errors.ts'
import { readTextFile } from './text-file.ts'

/** @throws SecwrapError DENIED where the file can't be read; its setting is the hint. */
export function readTokenFile(path: string, setting: string): string {
  try {
    return readTextFile(path).trim()
  } catch (error) {
    const { code } = error as { code?: string }
    throw new SecwrapError('DENIED', `the token file ${path} can't be read (${code ?? 'unknown error'})`, {
      hint: setting,
    })
  }
}
