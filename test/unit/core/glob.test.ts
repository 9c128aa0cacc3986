import { expect, test } from '@jest/globals'
import { matchesAny } from '../../../src/core/glob.ts'

test.each([
  ['DB_HOST', ['DB_HOST'], true],
  ['DB_HOST', ['DB_*'], true],
  ['DB_HOST', ['*'], true],
  ['DB_HOST', ['*_HOST'], true],
  ['DB_HOST', ['D*_*T'], true],
  ['DB_HOST', ['DB_HOS?'], true],
  ['DB_HOST', ['NONE', 'DB_*'], true],
  ['', ['*'], true],
  ['DB_HOST', [], false],
  ['DB_HOST', ['DB'], false],
  ['DB_HOST', ['db_*'], false],
  ['DB_HOST', ['DB_HOST?'], false],
  ['DB_HOST', ['*X*'], false],
  ['DB.HOST', ['DB?HOST'], true],
  ['DBxHOST', ['DB.HOST'], false],
  ['', ['?'], false],
])('%s and %p: %p', (name, globs, matches) => {
  expect(matchesAny(name, globs)).toBe(matches)
})

test('many stars take no time', () => {
  expect(matchesAny('a'.repeat(5_000), [`${'*a'.repeat(50)}*b`])).toBe(false)
})
