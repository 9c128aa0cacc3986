import { expect, test } from '@jest/globals'
import { formatAge } from '../../../src/commands/age.ts'
import { formatBar, formatCount } from '../../../src/commands/progress.ts'

test.each([
  [0, 10, '[>                             ] 0 of 10 written'],
  [5, 10, '[===============>              ] 5 of 10 written'],
  [10, 10, '[==============================] 10 of 10 written'],
  [12, 10, '[==============================] 12 of 10 written'],
  [0, 0, '[==============================] 0 of 0 written'],
  [1_234_567, undefined, '1,234,567 written'],
])('%s of %s: %s', (done, total, bar) => {
  expect(formatBar('written', done, total)).toBe(bar)
})

test.each([
  [0, '0'],
  [999, '999'],
  [1_000, '1,000'],
  [5_000_000, '5,000,000'],
])('%s is %s', (count, text) => {
  expect(formatCount(count)).toBe(text)
})

test.each([
  [-5_000, '0s'],
  [999, '0s'],
  [59_000, '59s'],
  [61_000, '1m'],
  [3 * 86_400_000 + 4, '3d'],
])('%s ms are %s', (ms, text) => {
  expect(formatAge(ms)).toBe(text)
})
