import { expect, test } from '@jest/globals'
import { SecwrapError } from '../../../src/core/errors.ts'
import type { Listed, Writer } from '../../../src/core/types.ts'
import { listSecrets } from '../../../src/resolve/list.ts'
import { Patience } from '../../../src/resolve/patience.ts'

const wait = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

test('without progress the signal ends it, as a deadline does', async () => {
  using patience = new Patience(20)
  const { signal } = patience
  await new Promise(resolve => signal.addEventListener('abort', resolve))
  expect((signal.reason as Error).name).toBe('TimeoutError')
})

test('with progress it may take longer than that', async () => {
  using patience = new Patience(500)
  const begun = performance.now()
  while (performance.now() - begun < 800) {
    patience.renew()
    await wait(20)
  }
  expect(patience.signal.aborted).toBe(false)
})

test('paused, it waits for as long as it takes', async () => {
  using patience = new Patience(30)
  patience.pause()
  await wait(100)
  expect(patience.signal.aborted).toBe(false)
  patience.renew()
  await wait(100)
  expect(patience.signal.aborted).toBe(true)
})

test('disposed of, it holds up nothing', async () => {
  const patience = new Patience(10)
  patience[Symbol.dispose]()
  await wait(40)
  expect(patience.signal.aborted).toBe(false)
})

const row = (name: string): Listed => ({ id: { uri: name, scheme: 'ssm', path: name, options: {} } })
const prefix = row('/').id

test('a page of a list that fails is asked for again', async () => {
  using patience = new Patience(5_000)
  let failures = 2
  const rows = ['a', 'b'].values()
  const list = () => ({
    [Symbol.asyncIterator]: () => ({
      async next(): Promise<IteratorResult<Listed>> {
        if (failures-- > 0) throw new SecwrapError('UNAVAILABLE', 'away', { retry: {} })
        const { done, value } = rows.next()
        return done ? { done, value: undefined } : { done: false, value: row(String(value)) }
      },
    }),
  })
  const found = await Array.fromAsync(listSecrets({ list } as unknown as Writer, prefix, patience))
  expect(found.map(({ id }) => id.uri)).toEqual(['a', 'b'])
})

test('a list that is refused is not', async () => {
  using patience = new Patience(5_000)
  let asked = 0
  const list = () => ({
    [Symbol.asyncIterator]: () => ({
      async next(): Promise<IteratorResult<Listed>> {
        asked++
        throw new SecwrapError('DENIED', 'no')
      },
    }),
  })
  const run = Array.fromAsync(listSecrets({ list } as unknown as Writer, prefix, patience))
  await expect(run).rejects.toMatchObject({ code: 'DENIED' })
  expect(asked).toBe(1)
})
