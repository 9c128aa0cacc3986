import { execFileSync } from 'node:child_process'
import { expect, test } from '@jest/globals'
import { SecwrapError } from '../../../src/core/errors.ts'
import { checkName, checkTotal, checkValue } from '../../../src/environment/limits.ts'

const KIB = 1024
const MIB = 1024 * KIB

test.each(['A', '_', 'a1', 'Z_9', '__proto__'])('%s is a name', name => {
  expect(() => checkName(name)).not.toThrow()
})

test.each(['', '1A', 'a.b', 'a-b', 'a b', 'ä', 'A=', 'A\n', 'A\0'])('%p is no name', name => {
  expect(() => checkName(name)).toThrow(expect.objectContaining({ code: 'BAD_TEMPLATE' }))
})

test.each([
  ['ASCII', 'A', 'x'.repeat(131_069)],
  ['of 3 bytes', 'A', `${'€'.repeat(43_689)}xx`],
  ['of 4 bytes', 'A', `${'😀'.repeat(32_767)}x`],
])('131071 bytes for NAME=value is the most: %s', (_, name, value) => {
  expect(Buffer.byteLength(`${name}=${value}`)).toBe(131_071)
  expect(() => checkValue(name, value)).not.toThrow()
  expect(() => checkValue(name, `${value}x`)).toThrow(
    'NAME=value is 131072 bytes, but Linux takes at most 131071',
  )
})

test('the kernel sees it the same way', () => {
  const run = (bytes: number) => execFileSync('/bin/true', { env: { A: 'x'.repeat(bytes - 2) } })
  expect(() => run(131_071)).not.toThrow()
  expect(() => run(131_072)).toThrow('E2BIG')
})

test.each([
  ['NUL', 'a\0b', 'the value has a NUL byte, which no environment can hold'],
  ['half a surrogate pair', 'a\ud800b', 'the value is not UTF-8 text'],
])('refuses %s', (_, value, message) => {
  expect(() => checkValue('A', value)).toThrow(expect.objectContaining({ code: 'BAD_VALUE', message }))
})

/** An environment of this many bytes as the kernel counts, in entries of 64 KiB. */
function environmentOf(bytes: number): Record<string, string> {
  const size = 64 * KIB
  const count = Math.floor(bytes / size)
  // NAME= and its NUL and pointer: A000= is 5, 1, 8.
  const pairs = Array.from({ length: count }, (_, index) => [
    `A${String(index).padStart(3, '0')}`,
    'x'.repeat(size - 14),
  ])
  return Object.fromEntries(pairs)
}

test.each([
  ['a quarter of an 8 MiB stack', 8 * MIB, 2 * MIB],
  ['at least 128 KiB', 64 * KIB, 128 * KIB],
  ['at most 6 MiB', Number.POSITIVE_INFINITY, 6 * MIB],
])('the total: %s', (_, stackLimitBytes, limit) => {
  const ask = () => stackLimitBytes
  expect(() => checkTotal([], environmentOf(limit), ask)).not.toThrow()
  expect(() => checkTotal(['x'], environmentOf(limit), ask)).toThrow(
    `${limit + 10} bytes, but Linux takes at most ${limit}`,
  )
})

test('a small environment asks for no limit', () => {
  const ask = () => {
    throw new SecwrapError('BUG', 'asked')
  }
  expect(() => checkTotal(['x'], environmentOf(64 * KIB), ask)).not.toThrow()
})
