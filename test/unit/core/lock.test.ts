import { expect, test } from '@jest/globals'
import { lockFolder } from '../../../src/core/lock.ts'
import { createFolder } from '../../helpers/temporary-folder.ts'

const deadline = (ms: number) => AbortSignal.timeout(ms)

test('one at a time, in a folder; another folder is free', async () => {
  using folder = createFolder()
  using other = createFolder()
  const first = await lockFolder(folder.path, deadline(5_000))
  expect(first).toBeDefined()
  using second = await lockFolder(other.path, deadline(5_000))
  expect(second).toBeDefined()
  await expect(lockFolder(folder.path, deadline(60))).rejects.toThrow(
    expect.objectContaining({ code: 'CONFLICT' }),
  )
  const waiting = lockFolder(folder.path, deadline(5_000))
  first?.[Symbol.dispose]()
  using third = await waiting
  expect(third).toBeDefined()
})

test('many at once take turns', async () => {
  using folder = createFolder()
  const order: string[] = []
  const work = async (name: string) => {
    using _lock = await lockFolder(folder.path, deadline(10_000))
    order.push(`${name} in`)
    await new Promise(resolve => setImmediate(resolve))
    order.push(`${name} out`)
  }
  await Promise.all(['a', 'b', 'c', 'd'].map(work))
  const pairs = [0, 2, 4, 6].map(index => [order[index], order[index + 1]])
  expect(pairs.map(([first]) => [first, first?.replace('in', 'out')])).toEqual(pairs)
})

test('a folder that is not there is an error of the kernel', async () => {
  await expect(lockFolder('/nonexistent/folder', deadline(1_000))).rejects.toThrow(
    expect.objectContaining({ code: 'ENOENT' }),
  )
})
