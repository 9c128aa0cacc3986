import { expect, test } from '@jest/globals'
import { restartAfterFailure } from '../../../../src/providers/shared/restart.ts'

/** Gives a, b, c, d; fails once before each place that is named. */
function open(...failing: number[]) {
  const left = new Set(failing)
  return restartAfterFailure(
    async function* () {
      for (const [place, item] of ['a', 'b', 'c', 'd'].entries()) {
        if (left.delete(place)) throw new Error(`before ${item}`)
        yield item
      }
      if (left.delete(4)) throw new Error('at the end')
    },
    item => item,
  )
}

async function readAll(items: AsyncIterable<string>): Promise<{ items: string[]; failures: number }> {
  const rows = items[Symbol.asyncIterator]()
  const found: string[] = []
  for (let failures = 0; ; ) {
    try {
      const row = await rows.next()
      if (row.done) return { items: found, failures }
      found.push(row.value)
    } catch {
      failures++
    }
  }
}

test.each([
  ['never', []],
  ['at once', [0]],
  ['in the middle', [2]],
  ['at the end', [4]],
  ['everywhere', [0, 1, 2, 3, 4]],
])('a list that fails %s: every item once, in order', async (_, failing) => {
  const { items, failures } = await readAll(open(...failing))
  expect([items, failures]).toEqual([['a', 'b', 'c', 'd'], failing.length])
})
