import { SecwrapError } from '../core/errors.ts'
import type { Environment } from '../core/types.ts'

/** Linux: MAX_ARG_STRLEN, 32 pages of 4 KiB, less the NUL at the end. */
const MAX_ENTRY_BYTES = 131_071

/** Linux: a quarter of the stack, at most three quarters of 8 MiB, at least ARG_MAX. Source: execve(2). */
const MAX_TOTAL_BYTES = 6 * 1024 * 1024
const MIN_TOTAL_BYTES = 128 * 1024
const POINTER_BYTES = 8

/** What every shell and libc takes for a name. */
export function isName(name: string): boolean {
  for (let at = 0; at < name.length; at++) {
    const code = name.charCodeAt(at)
    const isDigit = code >= 0x30 && code <= 0x39
    if (isDigit ? at === 0 : !isLetter(code) && code !== 0x5f) return false
  }
  return name !== ''
}

function isLetter(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a)
}

/** @throws SecwrapError BAD_TEMPLATE */
export function checkName(name: string): void {
  if (isName(name)) return
  throw new SecwrapError('BAD_TEMPLATE', `${name} can't be the name of an environment variable`, {
    hint: 'letters, digits and _, and no digit first',
  })
}

/** @throws SecwrapError BAD_VALUE for what execve would cut off, refuse or garble. */
export function checkValue(name: string, value: string): void {
  if (value.includes('\0')) {
    throw new SecwrapError('BAD_VALUE', 'the value has a NUL byte, which no environment can hold', {
      hint: BINARY_HINT,
    })
  }
  if (!value.isWellFormed())
    throw new SecwrapError('BAD_VALUE', 'the value is not UTF-8 text', { hint: BINARY_HINT })
  // A UTF-16 unit is at most 3 bytes of UTF-8, so most values need no count.
  if ((name.length + value.length) * 3 < MAX_ENTRY_BYTES) return
  const bytes = countBytes(name) + 1 + countBytes(value)
  if (bytes <= MAX_ENTRY_BYTES) return
  throw new SecwrapError(
    'BAD_VALUE',
    `NAME=value is ${bytes} bytes, but Linux takes at most ${MAX_ENTRY_BYTES}`,
    {
      hint: BINARY_HINT,
    },
  )
}

// A function of its own: the engine makes Buffer as soon as it links one that names it, which takes 0.14 ms.
function countBytes(text: string): number {
  return Buffer.byteLength(text)
}

const BINARY_HINT = 'secwrap render writes it to a file: give the command its path'

/**
 * Whether the kernel takes this much: the texts of argv and the environment, each with its NUL, and a
 * pointer to each of them.
 *
 * @param stackLimitBytes - asks for RLIMIT_STACK, only where it matters; Infinity where there is none.
 * @throws SecwrapError BAD_VALUE with both figures.
 */
export function checkTotal(
  argv: readonly string[],
  environment: Environment,
  stackLimitBytes: () => number,
): void {
  // A UTF-16 unit is at most 3 bytes of UTF-8, so most environments need no count.
  if (sumBytes(argv, environment, text => text.length * 3) > MIN_TOTAL_BYTES) {
    checkBytes(sumBytes(argv, environment, countBytes), stackLimitBytes)
  }
}

function checkBytes(bytes: number, stackLimitBytes: () => number): void {
  if (bytes <= MIN_TOTAL_BYTES) return
  const limit = Math.max(MIN_TOTAL_BYTES, Math.min(MAX_TOTAL_BYTES, stackLimitBytes() / 4))
  if (bytes <= limit) return
  throw new SecwrapError(
    'BAD_VALUE',
    `arguments and environment are ${bytes} bytes, but Linux takes at most ${limit}`,
    {
      hint: '--pristine',
    },
  )
}

function sumBytes(
  argv: readonly string[],
  environment: Environment,
  bytesOf: (text: string) => number,
): number {
  let bytes = 0
  for (const argument of argv) bytes += bytesOf(argument) + 1 + POINTER_BYTES
  for (const name in environment) {
    bytes += bytesOf(name) + bytesOf(environment[name] ?? '') + 2 + POINTER_BYTES
  }
  return bytes
}
