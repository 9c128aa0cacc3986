/** What a writer does, where store and network are well. */
import { expect, test } from '@jest/globals'
import type { Listed, SecretId, Version, WriteOptions, Writer } from '../../../src/core/types.ts'
import { uniqueName } from '../../lab/index.ts'
import { deadline, failureOf, readOne, required } from './store.ts'
import { VALUES } from './values.ts'
import { openWriter, pin, type WritableStore, type WriterAbilities } from './writable.ts'

export const PLANTED = 'planted-written-value-77c1'

type Get = () => WritableStore

/** What a test of one secret needs. */
interface Subject {
  readonly store: WritableStore
  readonly writer: Writer
  readonly id: SecretId
  write(text: string, options?: WriteOptions): Promise<Version>
  /** As the light reader reads it; undefined where there is none. */
  read(version?: string): Promise<string | undefined>
  fail(run: () => Promise<unknown>): ReturnType<typeof failureOf>
}

function subject(get: Get, name = uniqueName('written')): Subject {
  const store = get()
  const writer = openWriter(store)
  const id = store.id(name)
  return {
    ...{ store, writer, id },
    write: (text, options = {}) => writer.write(id, store.secretOf(text), options, deadline()),
    read: version => readIfThere(store, version === undefined ? id : pin(id, version)),
    fail: run => failureOf(run, [PLANTED, ...store.credentials]),
  }
}

async function readIfThere(store: WritableStore, id: SecretId): Promise<string | undefined> {
  try {
    return await readOne(store, id)
  } catch (error) {
    if ((error as { code?: string }).code === 'NOT_FOUND') return undefined
    throw error
  }
}

export function describeWrittenValues(get: Get, { refuses, names }: WriterAbilities): void {
  const kept = VALUES.filter(([shape]) => !refuses.includes(shape))
  test.each(kept)('writes a value that everybody reads: %s', async (_, text) => {
    const { store, writer, id, write, read } = subject(get)
    const written = await write(text)
    expect([await read(), await store.readElsewhere(id)]).toEqual([text, text])
    const current = await writer.current(id, deadline())
    expect([current && store.textOf(current.secret), current?.version.id]).toEqual([text, written.id])
  })

  const refused = VALUES.filter(([shape]) => refuses.includes(shape))
  if (refused.length > 0) {
    test.each(refused)(
      'a value that the store does not take: %s: BAD_VALUE, nothing written',
      async (_, text) => {
        const { writer, id, write, fail } = subject(get)
        expect((await fail(() => write(text))).code).toBe('BAD_VALUE')
        expect(await writer.current(id, deadline())).toBeUndefined()
      },
    )
  }

  test.each(names)('writes, tells and deletes a secret named %j', async name => {
    const { writer, id, write, read } = subject(get, name)
    await write('a text')
    expect(await read()).toBe('a text')
    await writer.delete(id, {}, deadline())
    expect(await read()).toBeUndefined()
  })

  test('a secret that does not exist: no current value, nothing to delete, no history', async () => {
    const { writer, id, fail } = subject(get)
    expect(await writer.current(id, deadline())).toBeUndefined()
    expect((await fail(() => writer.delete(id, {}, deadline()))).code).toBe('NOT_FOUND')
  })

  test('close is quiet, also without a call before it and twice', async () => {
    const { writer } = subject(get)
    await writer.close?.()
    await writer.close?.()
  })
}

export function describeWrittenVersions(get: Get, { versions, timesVersions }: WriterAbilities): void {
  if (!versions) {
    test('no versions: history is BAD_USAGE', async () => {
      const { writer, id, write, fail } = subject(get)
      await write('a text')
      expect((await fail(() => writer.history(id, deadline()))).code).toBe('BAD_USAGE')
    })
    return
  }

  test('every write is a version: history has them, newest first, and they are read', async () => {
    const { writer, id, write, read } = subject(get)
    const written = [await write('first'), await write('second'), await write('third')].map(({ id }) => id)
    const history = await writer.history(id, deadline())
    const [newest, ...older] = history.map(({ id, state }) => `${state} ${id}`)
    const expected = [`previous ${written[1]}`, `previous ${written[0]}`]
    expect(newest).toBe(`current ${written[2]}`)
    expect(timesVersions ? older.sort() : older).toEqual(timesVersions ? expected.sort() : expected)
    for (const { createdAt } of history) expect(createdAt).toBeInstanceOf(Date)
    expect(await Promise.all(written.map(read))).toEqual(['first', 'second', 'third'])
  })

  test('rolled back: the old value as a new version, and all of them stay', async () => {
    const { store, writer, id, write, read } = subject(get)
    const { id: first } = await write('first')
    await write('second')
    const old = await read(first)
    const { id: third } = await write(old ?? 'not read')
    expect(await read()).toBe('first')
    expect([first, (await writer.current(id, deadline()))?.version.id]).toEqual([
      expect.not.stringMatching(`^${third}$`),
      third,
    ])
    expect(await writer.history(id, deadline())).toHaveLength(3)
    expect(await store.readElsewhere(id)).toBe('first')
  })

  test('history of a secret that does not exist: NOT_FOUND', async () => {
    const { writer, id, fail } = subject(get)
    expect((await fail(() => writer.history(id, deadline()))).code).toBe('NOT_FOUND')
  })
}

export function describeConflicts(get: Get, { checks }: WriterAbilities): void {
  const outcomeOf = async (attempt: Promise<Version>) =>
    attempt.then(
      () => 'written',
      (error: { code?: string }) => error.code,
    )

  test(`only where there is none yet: ${checks === 'none' ? 'BAD_USAGE' : 'written once'}`, async () => {
    const { write, read, fail } = subject(get)
    if (checks === 'none') {
      expect((await fail(() => write(PLANTED, { ifVersion: '' }))).code).toBe('BAD_USAGE')
      expect(await read()).toBeUndefined()
      return
    }
    await write('first', { ifVersion: '' })
    expect((await fail(() => write(PLANTED, { ifVersion: '' }))).code).toBe('CONFLICT')
    expect(await read()).toBe('first')
  })

  if (checks !== 'none') {
    test('many at once, each only if it is the first: one of them is', async () => {
      const { write, read } = subject(get)
      const texts = Array.from({ length: 5 }, (_, index) => `text ${index}`)
      const outcomes = await Promise.all(texts.map(text => outcomeOf(write(text, { ifVersion: '' }))))
      expect(outcomes.filter(outcome => outcome !== 'CONFLICT')).toEqual(['written'])
      expect(await read()).toBe(texts[outcomes.indexOf('written')])
    })
  }

  if (checks !== 'any') {
    test('over a version: BAD_USAGE, nothing written', async () => {
      const { write, read, fail } = subject(get)
      const { id } = await write('first')
      expect((await fail(() => write(PLANTED, { ifVersion: id || '1' }))).code).toBe('BAD_USAGE')
      expect(await read()).toBe('first')
    })
    return
  }

  test('over a version: written where it is the newest, else CONFLICT, nothing written', async () => {
    const { write, read, fail } = subject(get)
    const first = await write('first')
    const second = await write('second', { ifVersion: first.id })
    expect((await fail(() => write(PLANTED, { ifVersion: first.id }))).code).toBe('CONFLICT')
    expect(await read()).toBe('second')
    await write('third', { ifVersion: second.id })
    expect(await read()).toBe('third')
  })

  test('over the version of a secret that is gone: CONFLICT', async () => {
    const { writer, id, write, read, fail } = subject(get)
    const { id: version } = await write('first')
    await writer.delete(id, { destroy: true }, deadline())
    expect((await fail(() => write(PLANTED, { ifVersion: version }))).code).toBe('CONFLICT')
    expect(await read()).toBeUndefined()
  })

  test('many at once over the same version: one of them is written', async () => {
    const { write, read } = subject(get)
    const { id: ifVersion } = await write('first')
    const texts = Array.from({ length: 5 }, (_, index) => `text ${index}`)
    const outcomes = await Promise.all(texts.map(text => outcomeOf(write(text, { ifVersion }))))
    expect(outcomes.filter(outcome => outcome !== 'CONFLICT')).toEqual(['written'])
    expect(await read()).toBe(texts[outcomes.indexOf('written')])
  })
}

export function describeDeletion(
  get: Get,
  { deletes, afterDelete, versions, checks }: WriterAbilities,
): void {
  test('deleted: gone for readers, and not there to be deleted again', async () => {
    const { writer, id, write, read, fail } = subject(get)
    await write('a text')
    await writer.delete(id, {}, deadline())
    expect([await read(), await writer.current(id, deadline())]).toEqual([undefined, undefined])
    expect((await fail(() => writer.delete(id, {}, deadline()))).code).toBe('NOT_FOUND')
  })

  test(`recovered: ${deletes === 'for good' ? 'BAD_USAGE' : 'as it was, with its versions'}`, async () => {
    const { writer, id, write, read, fail } = subject(get)
    const written = [await write('first'), await write('second')]
    await writer.delete(id, {}, deadline())
    const recover = () => writer.delete(id, { recover: true }, deadline())
    if (deletes === 'for good') {
      expect((await fail(recover)).code).toBe('BAD_USAGE')
      return
    }
    await recover()
    expect(await read()).toBe('second')
    if (versions) expect(await read(written[0]?.id)).toBe('first')
    expect((await fail(recover)).code).toBe('NOT_FOUND')
  })

  const kinds = deletes === 'for good' ? ['a secret'] : ['a secret', 'a deleted secret']
  test.each(kinds)('destroyed, %s: gone for good, its name free', async kind => {
    const { writer, id, write, read, fail } = subject(get)
    await write('old')
    if (kind === 'a deleted secret') await writer.delete(id, {}, deadline())
    await writer.delete(id, { destroy: true }, deadline())
    expect(await read()).toBeUndefined()
    expect((await fail(() => writer.delete(id, { destroy: true }, deadline()))).code).toBe('NOT_FOUND')
    if (deletes === 'for a while')
      expect((await fail(() => writer.delete(id, { recover: true }, deadline()))).code).toBe('NOT_FOUND')
    await write('new', checks === 'none' ? {} : { ifVersion: '' })
    expect(await read()).toBe('new')
    if (versions) expect(await writer.history(id, deadline())).toHaveLength(1)
  })

  test(`written after it was deleted: ${afterDelete}`, async () => {
    const { writer, id, write, read, fail } = subject(get)
    await write('old')
    await writer.delete(id, {}, deadline())
    const ways = checks === 'none' ? [{}] : [{ ifVersion: '' }, {}]
    for (const options of ways) {
      if (afterDelete === 'conflict')
        expect((await fail(() => write(PLANTED, options))).code).toBe('CONFLICT')
      else await write('new', options)
    }
    expect(await read()).toBe(afterDelete === 'conflict' ? undefined : 'new')
  })
}

export function describeList(get: Get, { prefix, listsDeleted }: WriterAbilities): void {
  const list = async (store: WritableStore, top: string): Promise<Listed[]> => {
    const listed = await Array.fromAsync(openWriter(store).list(store.prefix(top), deadline()))
    return listed.filter(({ id }) => id.uri.includes(top))
  }

  test('a list has every secret below a prefix, none twice, no neighbour, and its ids are read', async () => {
    const store = get()
    const writer = openWriter(store)
    const top = uniqueName('list')
    const names = Array.from({ length: 23 }, (_, index) =>
      index % 2 && prefix === 'tree' ? `deep/er/n${index}` : `n${index}`,
    )
    const ids = names.map(name => store.id(store.nameBelow(top, name)))
    for (const id of ids) await writer.write(id, store.secretOf(`value of ${id.uri}`), {}, deadline())
    if (prefix === 'tree')
      await writer.write(store.id(`${top}-neighbour`), store.secretOf('none'), {}, deadline())
    const listed = await list(store, top)
    expect(listed.map(({ id }) => id.uri).sort()).toEqual(ids.map(({ uri }) => uri).sort())
    for (const { id } of listed) expect(await readOne(store, id)).toBe(`value of ${id.uri}`)
  })

  test('what a list tells of a version is what current tells', async () => {
    const { store, writer, id, write } = subject(get, get().nameBelow('told', uniqueName('one')))
    await write('first')
    const written = await write('second')
    const found = (await list(store, 'told')).find(listed => listed.id.uri === id.uri)
    expect([undefined, written.id]).toContain(found?.version)
    const { version } = (await writer.current(id, deadline())) ?? {}
    if (found?.updatedAt && version?.createdAt)
      expect(Math.abs(found.updatedAt.getTime() - version.createdAt.getTime())).toBeLessThan(2_000)
  })

  test(`a deleted secret is ${listsDeleted ? 'still' : 'not'} listed`, async () => {
    const store = get()
    const writer = openWriter(store)
    const top = uniqueName('deleted')
    const id = store.id(store.nameBelow(top, 'one'))
    await writer.write(id, store.secretOf('a text'), {}, deadline())
    await writer.delete(id, {}, deadline())
    expect(await list(store, top)).toHaveLength(listsDeleted ? 1 : 0)
  })

  test('a prefix with nothing below it: an empty list', async () => {
    const store = get()
    expect(await list(store, uniqueName('empty'))).toEqual([])
  })
}

type Run = (writer: Writer, id: SecretId, store: WritableStore) => Promise<unknown>

/** Every verb of a writer; without versions there is no history to ask for. */
export function verbsOf({ versions }: Pick<WriterAbilities, 'versions'>, signal = deadline): [string, Run][] {
  const history: [string, Run] = ['history', (writer, id) => writer.history(id, signal())]
  return [
    ['current', (writer, id) => writer.current(id, signal())],
    ['write', (writer, id, store) => writer.write(id, store.secretOf(PLANTED), {}, signal())],
    ['delete', (writer, id) => writer.delete(id, {}, signal())],
    ['list', (writer, _, store) => Array.fromAsync(writer.list(store.prefix('any'), signal()))],
    ...(versions ? [history] : []),
  ]
}

export function describeForbiddenWriting(get: Get, abilities: WriterAbilities): void {
  test.each(verbsOf(abilities))(
    '%s by who may do nothing: DENIED, and nothing of a value',
    async (_, run) => {
      const { store, id, write, fail } = subject(get)
      await write(PLANTED)
      const context = await required(store.forbiddenContext?.bind(store))()
      const failure = await fail(() => run(openWriter(store, context), id, store))
      expect([failure.code, failure.details.retry]).toEqual(['DENIED', undefined])
    },
  )
}
