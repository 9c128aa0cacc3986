/** What a provider reads, where store and network are well. */
import { expect, test } from '@jest/globals'
import type { Secret } from '../../../src/core/secret.ts'
import type { SecretId } from '../../../src/core/types.ts'
import { uniqueName } from '../../lab/index.ts'
import {
  type Abilities,
  deadline,
  failureOf,
  isMissing,
  open,
  putMany,
  readAll,
  readOne,
  required,
  type Store,
  textOf,
} from './store.ts'
import { VALUES } from './values.ts'

export function describeValues(get: () => Store, { refuses, names }: Abilities): void {
  const kept = VALUES.filter(([shape]) => !refuses.includes(shape))
  test.each(kept)('reads a value: %s', async (_, text) => {
    const store = get()
    const id = await store.put(uniqueName('value'), text)
    expect(await readOne(store, id)).toBe(text)
    expect(await store.readElsewhere(id)).toBe(text)
  })

  const refused = VALUES.filter(([shape]) => refuses.includes(shape))
  if (refused.length > 0) {
    test.each(refused)('the store itself takes no value: %s', async (_, text) => {
      await expect(get().put(uniqueName('refused'), text)).rejects.toThrow()
    })
  }

  test.each(names)('reads a secret named %j', async name => {
    const store = get()
    expect(await readOne(store, await store.put(name, `value of ${name}`))).toBe(`value of ${name}`)
  })
}

export function describeBatches(get: () => Store): void {
  test('a full batch, each id with its own value, in any order', async () => {
    const store = get()
    const provider = open(store)
    const size = Math.min(provider.batchSize, 12)
    const ids = await putMany(store, uniqueName('batch'), size)
    for (const asked of [ids, [...ids].reverse()]) {
      const found = await provider.read(asked, deadline())
      expect(asked.map(id => textOf(store, found.get(id)))).toEqual(asked.map(id => `value of ${id.uri}`))
      expect(found.size).toBe(size)
    }
    await provider.close?.()
  })

  test('a secret that does not exist is absent, beside one that does', async () => {
    const store = get()
    const provider = open(store)
    const there = await store.put(uniqueName('there'), 'a text')
    const missing = store.id(uniqueName('missing'))
    const asked = provider.batchSize > 1 ? [[missing, there]] : [[missing], [there]]
    const results = await Promise.all(asked.map(ids => provider.read(ids, deadline())))
    const found = new Map(results.flatMap(result => [...result]))
    expect([isMissing(found.get(missing)), textOf(store, found.get(there))]).toEqual([true, 'a text'])
    await provider.close?.()
  })

  test('nothing asked, nothing read', async () => {
    expect((await open(get()).read([], deadline())).size).toBe(0)
  })

  test('close is quiet, also without a read before it and twice', async () => {
    const provider = open(get())
    await provider.close?.()
    await provider.close?.()
  })
}

export function describeVersions(get: () => Store): void {
  test('old versions and labels stay readable, each id with its own text', async () => {
    const store = get()
    const name = uniqueName('version')
    const pinned = await required(store.versioned)(name, ['first text', 'second text', 'third text'])
    for (const { id, text } of pinned) {
      expect(await readOne(store, id)).toBe(text)
      expect(await store.readElsewhere(id)).toBe(text)
    }
    expect(pinned.length).toBeGreaterThanOrEqual(3)
    expect(await readOne(store, store.id(name))).toBe('third text')
  })

  test('versions of one secret in one batch do not mix', async () => {
    const store = get()
    const provider = open(store)
    const pinned = await required(store.versioned)(uniqueName('mixed'), ['first text', 'second text'])
    const groups = provider.batchSize >= pinned.length ? [pinned] : pinned.map(one => [one])
    for (const group of groups) {
      const found = await provider.read(
        group.map(({ id }) => id),
        deadline(),
      )
      expect(group.map(({ id }) => textOf(store, found.get(id)))).toEqual(group.map(({ text }) => text))
    }
    await provider.close?.()
  })

  test('a version that never was is absent', async () => {
    const store = get()
    const id = await required(store.missingVersion)(uniqueName('version'))
    expect(isMissing((await open(store).read([id], deadline())).get(id))).toBe(true)
  })
}

export function describePrefix(get: () => Store, { prefix }: Abilities): void {
  test('a prefix gives every secret below it, page by page, and no neighbour', async () => {
    const store = get()
    const top = uniqueName('prefix')
    const names = Array.from({ length: 23 }, (_, index) => (index % 2 ? `n${index}` : `deep/er/n${index}`))
    for (const name of names) await store.put(`${top}/${name}`, `value of ${name}`)
    await store.put(`${top}-neighbour`, 'a neighbour')
    const expected = prefix === 'tree' ? names : names.filter(name => !name.includes('/'))
    const found = await readPrefix(store, store.id(`${top}/`))
    const texts = [...found].map(([name, secret]) => [name, store.textOf(secret)])
    expect(new Map(texts as [string, string][])).toEqual(
      new Map(expected.map(name => [name, `value of ${name}`])),
    )
  })

  test('a prefix with nothing below it gives nothing', async () => {
    const store = get()
    expect((await readPrefix(store, store.id(`${uniqueName('empty')}/`))).size).toBe(0)
  })
}

export function describeForbidden(get: () => Store): void {
  test('who may not read is told DENIED, and nothing of the value', async () => {
    const store = get()
    const planted = 'planted-forbidden-value'
    const { id, context } = await required(store.forbidden)(uniqueName('denied'), planted)
    const provider = store.createProvider(store.options, context)
    const failure = await failureOf(() => readAll(provider, [id]), [planted, ...store.credentials])
    expect(failure.code).toBe('DENIED')
    expect(failure.details.retry).toBeUndefined()
    await provider.close?.()
  })
}

async function readPrefix(store: Store, id: SecretId): Promise<ReadonlyMap<string, Secret>> {
  const provider = open(store)
  try {
    return await required(provider.readPrefix?.bind(provider))(id, deadline())
  } finally {
    await provider.close?.()
  }
}
