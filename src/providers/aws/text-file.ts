import { readWhole } from '../../core/files.ts'

const MAX_BYTES = 1024 * 1024

/** Of a settings, token or certificate file. @throws an error with the kernel's `code`. */
export function readTextFile(path: string): string {
  return new TextDecoder().decode(readWhole(path, MAX_BYTES))
}
