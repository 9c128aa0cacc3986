import { expect, test } from '@jest/globals'
import { SecwrapError } from '../../../../src/core/errors.ts'
import { shareOnce } from '../../../../src/providers/shared/share-once.ts'

const { signal } = new AbortController()

test('callers at the same time and later share one run', async () => {
  let runs = 0
  const share = shareOnce(async () => ++runs)
  expect(await Promise.all([share(signal), share(signal)])).toEqual([1, 1])
  expect(await share(signal)).toBe(1)
})

test.each([
  ['may pass: run again', new SecwrapError('UNAVAILABLE', 'away', { retry: {} }), 2],
  ['for good: kept', new SecwrapError('DENIED', 'wrong password'), 1],
  ['no error of ours: kept', new Error('bug'), 1],
])('a failure that is %s', async (_, failure, expected) => {
  let runs = 0
  const share = shareOnce(async () => {
    runs++
    throw failure
  })
  await expect(Promise.all([share(signal), share(signal)])).rejects.toBe(failure)
  await expect(share(signal)).rejects.toBe(failure)
  expect(runs).toBe(expected)
})
