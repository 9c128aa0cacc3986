import { expect, test } from '@jest/globals'
import { retryAfterMs } from '../../../src/core/http.ts'

const NOW = Date.parse('2026-11-24T10:15:00Z')

test.each([
  ['7', 7_000],
  ['0', 0],
  ['Tue, 24 Nov 2026 10:15:30 GMT', 30_000],
  ['Tue, 24 Nov 2026 10:14:30 GMT', undefined], // past
  ['soon', undefined],
  ['-5', undefined],
  [undefined, undefined],
])('Retry-After: %s', (text, expected) => {
  const headers = new Headers(text === undefined ? {} : { 'retry-after': text })
  expect(retryAfterMs(headers, NOW)).toBe(expected)
})
