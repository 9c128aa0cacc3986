/**
 * What every provider must do, run against its real server: `describeProvider('ssm', abilities, startSsm)`.
 *
 * A store says in `abilities` what it can't do, and that decides which tests there are; nothing is skipped.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { SecwrapError } from '../../src/core/errors.ts'
import type { Secret } from '../../src/core/secret.ts'
import type { CreateProvider, Provider, ProviderContext, SecretId } from '../../src/core/types.ts'
import { uniqueName } from '../lab/index.ts'
import { DEADLINE_MS, failureOf, VALUES } from './contract-cases.ts'
import { describeNetwork } from './contract-network.ts'

export interface Abilities {
  /** Values that the store refuses, by their name in VALUES: for each, `put` must reject. */
  readonly refuses: readonly string[]
  /** Names of secrets that are worth a try: nested, with dots, blanks, percent signs … */
  readonly names: readonly string[]
  readonly versions: boolean // `versioned` is there
  readonly prefix: 'tree' | 'flat' | 'none' // readPrefix: all below, or one level, or there is none
  readonly forbids: boolean // `forbidden` is there
  readonly network: boolean // `network` is there
}

export interface Store {
  readonly createProvider: CreateProvider
  readonly options: Readonly<Record<string, string>>
  readonly context: ProviderContext // of a reader who may read everything that `put` wrote
  /** An id below a prefix that only this start of the store uses. Nothing is written. */
  id(name: string): SecretId
  /** Stores a text, also over an older one. */
  put(name: string, text: string): Promise<SecretId>
  /** The text that was put, taken out of what the provider read: itself, or one field of a map. */
  textOf(secret: Secret): string
  /** Reads the id with the vendor's own client. */
  readElsewhere(id: SecretId): Promise<string>
  /** Stores texts one after the other; ids that are pinned to each, and ids for labels if the store has them. */
  versioned?(name: string, texts: readonly string[]): Promise<readonly Pinned[]>
  /** An id of a version that never was, of a secret that exists. */
  missingVersion?(name: string): Promise<SecretId>
  /** A secret, and the context of a reader who may not read it. */
  forbidden?(name: string, text: string): Promise<{ id: SecretId; context: ProviderContext }>
  readonly network?: Network
  /** Tokens and keys in use, which no message may hold. */
  readonly credentials: readonly string[]
  stop(): Promise<void>
}

export interface Pinned {
  readonly id: SecretId
  readonly text: string
}

export interface Network {
  readonly address: string // the real server, over plain HTTP
  /** The context of the same reader, for a store at `address`, trusting `caFile` if given. */
  at(address: string, caFile?: string): ProviderContext
  /** A reader whose credentials were good and are not any more. */
  expired(): Promise<ProviderContext>
  /** How the store asks for patience; contract adds `Retry-After: 7`. */
  readonly throttled: { readonly status: number; readonly body: string }
  /** Most requests that reading so many ids takes, first use of the provider included. */
  requestsFor(count: number): number
}

export function describeProvider(name: string, abilities: Abilities, start: () => Promise<Store>): void {
  describe(`${name}: contract`, () => {
    let store: Store
    beforeAll(async () => {
      store = await start()
    })
    afterAll(() => store?.stop())

    const get = () => store
    describeValues(get, abilities)
    describeBatches(get)
    if (abilities.versions) describeVersions(get)
    if (abilities.prefix !== 'none') describePrefix(get, abilities)
    if (abilities.forbids) describeForbidden(get)
    if (abilities.network) describeNetwork(get)
  })
}

function describeValues(get: () => Store, { refuses, names }: Abilities): void {
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

function describeBatches(get: () => Store): void {
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

function describeVersions(get: () => Store): void {
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

function describePrefix(get: () => Store, { prefix }: Abilities): void {
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

function describeForbidden(get: () => Store): void {
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

export function open(store: Store, context = store.context): Provider {
  return store.createProvider(store.options, context)
}

export function deadline(): AbortSignal {
  return AbortSignal.timeout(DEADLINE_MS)
}

/** Reads, and throws an error that is about one id alone as well. */
export async function readAll(provider: Provider, ids: readonly SecretId[], signal = deadline()) {
  const found = await provider.read(ids, signal)
  for (const result of found.values()) if (result instanceof SecwrapError) throw result
  return found
}

export async function readOne(
  store: Store,
  id: SecretId,
  context = store.context,
): Promise<string | undefined> {
  const provider = open(store, context)
  try {
    return textOf(store, (await provider.read([id], deadline())).get(id))
  } finally {
    await provider.close?.()
  }
}

export async function putMany(store: Store, prefix: string, count: number): Promise<SecretId[]> {
  const names = Array.from({ length: count }, (_, index) => `${prefix}-${index}`)
  return Promise.all(names.map(name => store.put(name, `value of ${store.id(name).uri}`)))
}

export function required<T>(ability: T | undefined): T {
  if (ability === undefined) throw new Error('declared in abilities, but not there')
  return ability
}

/** An error that is about this id alone is thrown here, whether it is one of many or not. */
function textOf(store: Store, found: Secret | SecwrapError | undefined): string | undefined {
  if (found instanceof SecwrapError) throw found
  return found && store.textOf(found)
}

function isMissing(found: Secret | SecwrapError | undefined): boolean {
  return found === undefined || (found instanceof SecwrapError && found.code === 'NOT_FOUND')
}

async function readPrefix(store: Store, id: SecretId): Promise<ReadonlyMap<string, Secret>> {
  const provider = open(store)
  try {
    return await required(provider.readPrefix?.bind(provider))(id, deadline())
  } finally {
    await provider.close?.()
  }
}
