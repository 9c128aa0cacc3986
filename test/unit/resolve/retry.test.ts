import { expect, test } from '@jest/globals'
import { SecwrapError } from '../../../src/core/errors.ts'
import { backoffMs, retry } from '../../../src/resolve/retry.ts'

const down = (details: object = { retry: {} }) => new SecwrapError('UNAVAILABLE', 'store is down', details)

/** An attempt that fails with each error in turn, then succeeds. */
function failing(...errors: Error[]) {
  let calls = 0
  return Object.assign(
    async () => {
      const error = errors[calls++]
      if (error) throw error
      return 'ok'
    },
    { calls: () => calls },
  )
}

test.each([
  ['no failure', [], 1],
  ['two failures', [down(), down()], 3],
])('%s ends well', async (_, errors, calls) => {
  const attempt = failing(...errors)
  expect(await retry(attempt, new AbortController().signal)).toBe('ok')
  expect(attempt.calls()).toBe(calls)
})

test.each([
  ['a denial', new SecwrapError('DENIED', 'no'), 1],
  ['a bug', new TypeError('oops'), 1],
])('%s is not tried again', async (_, error, calls) => {
  const attempt = failing(error)
  await expect(retry(attempt, new AbortController().signal)).rejects.toBe(error)
  expect(attempt.calls()).toBe(calls)
})

test('a store that stays down is given up after five attempts', async () => {
  const attempt = failing(...Array.from({ length: 9 }, () => down()))
  await expect(retry(attempt, new AbortController().signal)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  expect(attempt.calls()).toBe(5)
})

test('the deadline ends a wait that the store asked for', async () => {
  const attempt = failing(down({ retry: { afterMs: 60_000, throttled: true } }))
  await expect(retry(attempt, AbortSignal.timeout(20))).rejects.toMatchObject({
    code: 'TIMED_OUT',
    message: 'store is down, until the time limit',
  })
})

test('Retry-After is kept', async () => {
  const start = performance.now()
  await retry(failing(down({ retry: { afterMs: 150 } })), new AbortController().signal)
  expect(performance.now() - start).toBeGreaterThanOrEqual(149)
})

test.each([
  [0, 100],
  [3, 800],
  [20, 5_000],
])('before retry %i a share of %i ms', (attempt, most) => {
  expect(backoffMs(attempt, { random: () => 1 })).toBe(most)
  expect(backoffMs(attempt, { random: () => 0.25 })).toBe(most / 4)
})

test('a negative attempt is a miscount', () => {
  expect(() => backoffMs(-1)).toThrow(RangeError)
})
