import { openFiles } from '../../core/files.ts'

/** Whether a file, `-` or `<(…)`, would be empty from the second look on. /dev/null always is. */
export function isReadOnce(file: string): boolean {
  return file === '-' || (file !== '/dev/null' && openFiles().status(file)?.kind === 'other')
}
