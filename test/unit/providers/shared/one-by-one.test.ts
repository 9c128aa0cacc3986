import { expect, test } from '@jest/globals'
import { SecwrapError } from '../../../../src/core/errors.ts'
import { Secret } from '../../../../src/core/secret.ts'
import type { SecretId } from '../../../../src/core/types.ts'
import { readOneByOne } from '../../../../src/providers/shared/one-by-one.ts'

const ids: SecretId[] = Array.from({ length: 25 }, (_, index) => {
  return { uri: `x://${index}`, scheme: 'x', path: String(index), options: {} }
})

test('each id once, with its secret, its error or nothing', async () => {
  const read: string[] = []
  const found = await readOneByOne(ids, async ({ path }) => {
    read.push(path)
    if (path === '3') return undefined
    return path === '4' ? new SecwrapError('DENIED', 'no') : new Secret(path)
  })
  expect(read.sort()).toEqual(ids.map(({ path }) => path).sort())
  expect([found.size, found.has(ids[3] as SecretId)]).toEqual([24, false])
  expect(found.get(ids[4] as SecretId)).toMatchObject({ code: 'DENIED' })
})

test('at most ten are under way', async () => {
  let running = 0
  let most = 0
  await readOneByOne(ids, async () => {
    most = Math.max(most, ++running)
    await new Promise(setImmediate)
    running--
    return undefined
  })
  expect(most).toBe(10)
})

test('an error that is about all ends it', async () => {
  const read = readOneByOne(ids, async ({ path }) => {
    if (path === '7') throw new SecwrapError('UNAVAILABLE', 'away')
    return undefined
  })
  await expect(read).rejects.toMatchObject({ code: 'UNAVAILABLE' })
})
