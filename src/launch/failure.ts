import { SecwrapError } from '../core/errors.ts'
import { readWhole } from '../core/files.ts'

export const ENOEXEC = 8

type Failure = readonly ['NO_COMMAND' | 'NOT_EXECUTABLE', string, string]

/** Why the kernel did not run a file that is there and executable. Source: execve(2), errno(3). */
const FAILURES: Readonly<Record<number, Failure>> = {
  1: ['NOT_EXECUTABLE', 'may not be run with its privileges here (EPERM)', 'ls -l'],
  2: ['NO_COMMAND', 'needs an interpreter that does not exist', 'head -n 1'],
  7: ['NOT_EXECUTABLE', 'got more arguments and environment than the kernel takes (E2BIG)', '--pristine'],
  [ENOEXEC]: ['NOT_EXECUTABLE', 'is not a program for this machine (ENOEXEC)', 'file'],
  12: ['NOT_EXECUTABLE', 'does not fit into memory (ENOMEM)', 'ulimit -v'],
  13: ['NOT_EXECUTABLE', 'may not be executed (EACCES)', 'ls -l'],
  20: ['NO_COMMAND', 'needs an interpreter that does not exist', 'head -n 1'],
  26: ['NOT_EXECUTABLE', 'is open for writing (ETXTBSY)', 'fuser'],
  40: ['NOT_EXECUTABLE', 'is its own interpreter (ELOOP)', 'head -n 1'],
}

export function describeFailure(errno: number, file: string): SecwrapError {
  const [code, fact, hint] = FAILURES[errno] ?? [
    'NOT_EXECUTABLE',
    `could not be run (errno ${errno})`,
    'ls -l',
  ]
  return new SecwrapError(code, `${file} ${fact}`, { hint: hint.startsWith('-') ? hint : `${hint} ${file}` })
}

const PEEK_BYTES = 256

/** Whether the first line could be a script's: a shell does not run a file with a NUL byte in it. */
export function isText(file: string): boolean {
  try {
    const bytes = readWhole(file, PEEK_BYTES)
    const end = bytes.indexOf(0x0a)
    return !bytes.subarray(0, end === -1 ? PEEK_BYTES : end).includes(0)
  } catch {
    return true // executable but not readable: let the shell say so
  }
}
