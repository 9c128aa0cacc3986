import { expect, test } from '@jest/globals'
import { SecwrapError } from '../../../src/core/errors.ts'
import { Secret } from '../../../src/core/secret.ts'
import type { Version, Writer } from '../../../src/core/types.ts'
import { updateSecret, writeOver, writeSecret } from '../../../src/resolve/write.ts'

const id = { uri: 'ssm:///x', scheme: 'ssm', path: '/x', options: {} }
const signal = () => AbortSignal.timeout(5_000)

/** A store of one secret, with check-and-set unless told otherwise; `fault` comes before each write, or after it. */
class Store implements Writer {
  readonly writes: string[] = []
  text: string | undefined
  fault: (count: number) => { error: SecwrapError; isLate?: boolean } | undefined = () => undefined
  checks = true

  async current() {
    if (this.text === undefined) return undefined
    return { secret: new Secret(this.text), version: this.#version() }
  }

  async write(_: typeof id, secret: Secret, { ifVersion }: { ifVersion?: string }): Promise<Version> {
    if (ifVersion !== undefined && !this.checks) throw new SecwrapError('BAD_USAGE', 'no check-and-set')
    const fault = this.fault(this.writes.length)
    if (fault && !fault.isLate) throw fault.error
    const newest = this.text === undefined ? '' : this.#version().id
    if (ifVersion !== undefined && ifVersion !== newest) throw new SecwrapError('CONFLICT', 'changed')
    this.put(secret.reveal())
    if (fault) throw fault.error
    return this.#version()
  }

  put(text: string): void {
    this.text = text
    this.writes.push(text)
  }

  #version(): Version {
    return { id: String(this.writes.length), state: 'current' }
  }

  async delete() {}
  async *list() {}
  async history() {
    return []
  }
}

function once(error: SecwrapError, isLate: boolean) {
  let isLeft = true
  return () => {
    if (!isLeft) return undefined
    isLeft = false
    return { error, isLate }
  }
}

const LOST = new SecwrapError('UNAVAILABLE', 'cut off', { retry: {} })
const THROTTLED = new SecwrapError('UNAVAILABLE', 'too fast', { retry: { throttled: true } })

test.each([
  ['an answer that was lost', LOST, true],
  ['a request that was lost', LOST, false],
  ['a throttle', THROTTLED, false],
])('after %s the value is there once', async (_, error, isLate) => {
  const store = new Store()
  store.fault = once(error, isLate)
  const version = await writeSecret(store, id, new Secret('new'), {}, signal())
  expect([version.id, store.writes]).toEqual(['1', ['new']])
})

test('a lost answer is no conflict with ourselves', async () => {
  const store = new Store()
  store.put('old')
  store.fault = once(LOST, true)
  expect((await writeSecret(store, id, new Secret('new'), { ifVersion: '1' }, signal())).id).toBe('2')
  expect(store.writes).toEqual(['old', 'new'])
})

test('who may not read writes again', async () => {
  const store = new Store()
  store.fault = once(LOST, false)
  store.current = async () => {
    throw new SecwrapError('DENIED', 'no')
  }
  await writeSecret(store, id, new Secret('new'), {}, signal())
  expect(store.writes).toEqual(['new'])
})

test('a change is made anew on what somebody else wrote in between', async () => {
  const store = new Store()
  store.put('a')
  let isLeft = true
  const change = (before: Secret | undefined) => {
    const next = `${before?.reveal()}+ours`
    if (isLeft) store.put('b')
    isLeft = false
    return new Secret(next)
  }
  const written = await updateSecret(store, id, change, {}, signal())
  expect(written).toEqual({ version: { id: '3', state: 'current' }, changed: true })
  expect(store.writes).toEqual(['a', 'b', 'b+ours'])
})

test('where others never stop, it ends with a conflict', async () => {
  const store = new Store()
  store.put('a')
  const change = () => {
    store.put('others')
    return new Secret('ours')
  }
  const failure = await updateSecret(store, id, change, {}, signal()).catch(error => error)
  expect(failure).toMatchObject({ code: 'CONFLICT' })
  expect(store.writes).not.toContain('ours')
})

test('with a version that was asked for it tries once', async () => {
  const store = new Store()
  store.put('a')
  const run = updateSecret(store, id, () => new Secret('ours'), { ifVersion: '7' }, signal())
  await expect(run).rejects.toMatchObject({ code: 'CONFLICT' })
  expect(store.writes).toEqual(['a'])
})

test('what needs no change is not written', async () => {
  const store = new Store()
  store.put('a')
  const written = await updateSecret(store, id, () => undefined, {}, signal())
  expect([written.changed, written.version.id, store.writes]).toEqual([false, '1', ['a']])
})

test('nothing to change, and nothing there: NOT_FOUND', async () => {
  const run = updateSecret(new Store(), id, () => undefined, {}, signal())
  await expect(run).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('a store without check-and-set is written without, and not asked again', async () => {
  const store = new Store()
  store.checks = false
  await writeOver(store, id, new Secret('1'), undefined, signal())
  await writeOver(store, id, new Secret('2'), 'whatever', signal())
  expect(store.writes).toEqual(['1', '2'])
})

test('a conflict where nobody wrote is about something else, and told at once', async () => {
  const store = new Store()
  store.checks = false
  let tries = 0
  store.fault = () => {
    tries++
    return { error: new SecwrapError('CONFLICT', 'deleted, and keeps its name') }
  }
  const run = updateSecret(store, id, () => new Secret('x'), {}, signal())
  await expect(run).rejects.toMatchObject({ code: 'CONFLICT' })
  expect(tries).toBe(1)
})
