import { expect, test } from '@jest/globals'
import { describeBug } from '../../../src/core/errors.ts'

test.each([
  ['one line', 'planted-value'],
  ['a line that begins as a place does', 'x\nat planted-value\n    at planted-value (planted-value)'],
])('a bug is told by its kind and its place, not by its message: %s', (_, message) => {
  const told = describeBug(new RangeError(message))
  expect(told).toMatch(/^internal error: RangeError at .*errors\.test\.ts:\d+:\d+\)? \[BUG\]$/)
  expect(told).not.toContain('planted')
})

test('what is thrown and is no error is not told at all', () => {
  expect(describeBug('planted-value')).toBe('internal error [BUG]')
})
