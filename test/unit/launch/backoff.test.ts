import { expect, test } from '@jest/globals'
import { Backoff } from '../../../src/launch/backoff.ts'

test('each wait is twice the one before, until it is over', () => {
  const backoff = new Backoff({ baseMs: 100, capMs: 60_000 })
  expect([backoff.hasFailed, backoff.next(), backoff.next(), backoff.next()]).toEqual([false, 100, 200, 400])
  expect(backoff.hasFailed).toBe(true)
  backoff.reset()
  expect([backoff.hasFailed, backoff.next()]).toEqual([false, 100])
})

test('the wait has a cap, however many failures', () => {
  const backoff = new Backoff({ baseMs: 1, capMs: 60_000 })
  const waits = Array.from({ length: 10_000 }, () => backoff.next())
  expect(waits.at(-1)).toBe(60_000)
})
