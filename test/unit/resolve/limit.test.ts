import { expect, test } from '@jest/globals'
import { SecwrapError } from '../../../src/core/errors.ts'
import { Limiter } from '../../../src/resolve/limit.ts'

/** Runs `count` tasks that wait for each other's turn, and tells how many were under way at once. */
async function peak(limiter: Limiter, count: number): Promise<number> {
  let running = 0
  let most = 0
  const task = async () => {
    most = Math.max(most, ++running)
    await new Promise(done => setImmediate(done))
    running--
  }
  await Promise.all(Array.from({ length: count }, () => limiter.run(task)))
  return most
}

const throttle = () =>
  Promise.reject(new SecwrapError('UNAVAILABLE', 'slow down', { retry: { throttled: true } }))

test('300 tasks run 100 at a time', async () => {
  expect(await peak(new Limiter(), 300)).toBe(100)
})

test('each throttle halves the number, and one task still runs', async () => {
  const limiter = new Limiter()
  for (let round = 0; round < 10; round++) await limiter.run(throttle).catch(() => undefined)
  expect(await peak(limiter, 2)).toBe(1)
})

test('success allows more again', async () => {
  const limiter = new Limiter()
  for (let round = 0; round < 6; round++) await limiter.run(throttle).catch(() => undefined)
  await peak(limiter, 100)
  const later = await peak(limiter, 100)
  expect(later).toBeGreaterThan(4)
})

test('a failed task gives its place to the next', async () => {
  const limiter = new Limiter()
  const failing = Array.from({ length: 200 }, () => limiter.run(() => Promise.reject(new Error('no'))))
  expect((await Promise.allSettled(failing)).every(result => result.status === 'rejected')).toBe(true)
  expect(await peak(limiter, 200)).toBe(100)
})
