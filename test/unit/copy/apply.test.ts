import { expect, test } from '@jest/globals'
import { apply } from '../../../src/copy/apply.ts'
import type { SecretStep } from '../../../src/copy/plan.ts'
import { Stores } from '../../../src/copy/stores.ts'
import { SecwrapError } from '../../../src/core/errors.ts'
import { Secret } from '../../../src/core/secret.ts'
import type { Writer } from '../../../src/core/types.ts'
import { Patience } from '../../../src/resolve/patience.ts'

const id = (name: string) => ({ uri: `ssm:///${name}`, scheme: 'ssm', path: `/${name}`, options: {} })

function steps(count: number, action: SecretStep['action'] = 'new'): SecretStep[] {
  return Array.from({ length: count }, (_, index) => ({
    ...{
      from: 'x',
      to: `ssm:///${index}`,
      id: id(String(index)),
      secret: new Secret('text'),
      newest: '',
      action,
    },
  }))
}

/** Runs a plan on a store whose writes do as `write` says, counted from 1. */
async function run(
  all: readonly SecretStep[],
  write: (count: number) => void = () => {},
  isStopped: (written: number) => boolean = () => false,
) {
  using patience = new Patience(5_000)
  const stores = new Stores({ env: {}, warn: () => {} }, patience)
  const written: string[] = []
  let count = 0
  const writer = {
    async write({ path }: { path: string }) {
      write(++count)
      await new Promise(setImmediate)
      written.push(path)
      return { id: '1', state: 'current' }
    },
  } as unknown as Writer
  stores.writers.open = async () => writer
  let progress = 0
  stores.onProgress = done => {
    progress += done
  }
  const applied = await apply({ kind: 'secrets', steps: all }, stores, {
    isStopped: () => isStopped(written.length),
  })
  return { ...applied, names: written, progress }
}

test('all of them are written, each once', async () => {
  const { written, failed, left, names, progress } = await run(steps(200))
  expect([written, failed, left, progress, new Set(names).size]).toEqual([200, 0, 0, 200, 200])
})

test('what is the same is not written', async () => {
  const { written, names } = await run([...steps(3, 'same'), ...steps(2)])
  expect([written, names]).toEqual([2, ['/0', '/1']])
})

test('a secret that fails does not keep the others back', async () => {
  const { written, failed, left, problems } = await run(steps(100), count => {
    if (count % 10 === 0) throw new SecwrapError('BAD_VALUE', `number ${count}`)
  })
  expect([written, failed, left, problems.length]).toEqual([90, 10, 0, 10])
})

test('after twenty failures it gives up', async () => {
  const { written, failed, left } = await run(steps(1_000), () => {
    throw new SecwrapError('DENIED', 'no')
  })
  expect([written, written + failed + left]).toEqual([0, 1_000])
  expect(failed).toBeLessThanOrEqual(20 + 64)
})

test('a store that is away ends it, and is told once', async () => {
  const { failed, left, problems } = await run(steps(1_000), count => {
    if (count > 5) throw new SecwrapError('UNAVAILABLE', 'away')
  })
  expect([failed <= 64, left > 800, problems.map(({ message }) => message)]).toEqual([true, true, ['away']])
})

test('stopped: what is under way is finished, nothing new is begun', async () => {
  const { written, failed, left } = await run(steps(1_000), undefined, done => done >= 10)
  expect([failed, written + left]).toEqual([0, 1_000])
  expect(written).toBeLessThanOrEqual(10 + 64)
})

test('at most 64 are under way', async () => {
  let [running, most] = [0, 0]
  await run(steps(300), () => {
    running++
    most = Math.max(most, running)
    setImmediate(() => running--)
  })
  expect(most).toBeGreaterThan(1)
  expect(most).toBeLessThanOrEqual(64)
})
