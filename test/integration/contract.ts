/**
 * What every provider must do, run against its real server: `describeProvider('ssm', abilities, startSsm)`.
 *
 * A store says in `abilities` what it can't do, and that decides which tests there are; nothing is skipped.
 */
import { afterAll, beforeAll, describe } from '@jest/globals'
import { startProviderHost } from '../helpers/provider-host.ts'
import { describeNetwork } from './contract/network.ts'
import {
  describeBatches,
  describeForbidden,
  describePrefix,
  describeValues,
  describeVersions,
} from './contract/reading.ts'
import type { Abilities, Store } from './contract/store.ts'
import type { WritableStore, WriterAbilities } from './contract/writable.ts'
import {
  describeConflicts,
  describeDeletion,
  describeForbiddenWriting,
  describeList,
  describeWrittenValues,
  describeWrittenVersions,
} from './contract/writing.ts'
import { describeWriterNetwork } from './contract/writing-network.ts'

export type { Abilities, Network, Pinned, Store } from './contract/store.ts'
export type { WritableStore, WriterAbilities } from './contract/writable.ts'

/** Once as Node runs the provider (the npm package), once as Bun does (the compiled program). */
export function describeProvider(name: string, abilities: Abilities, start: () => Promise<Store>): void {
  describe.each([
    ['Node', start],
    ['Bun', () => startInBun(start)],
  ])(`${name}: contract in %s`, (_, startHere) => {
    let store: Store
    beforeAll(async () => {
      store = await startHere()
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

/** What every writer must do: `describeWriter('ssm', abilities, startSsm)`. In both runtimes, too. */
export function describeWriter(
  name: string,
  abilities: WriterAbilities,
  start: () => Promise<WritableStore>,
): void {
  describe.each([
    ['Node', start],
    ['Bun', () => startInBun(start)],
  ])(`${name}: contract of writers in %s`, (_, startHere) => {
    let store: WritableStore
    beforeAll(async () => {
      store = await startHere()
    })
    afterAll(() => store?.stop())

    const get = () => store
    describeWrittenValues(get, abilities)
    describeWrittenVersions(get, abilities)
    describeConflicts(get, abilities)
    describeDeletion(get, abilities)
    describeList(get, abilities)
    if (abilities.forbids) describeForbiddenWriting(get, abilities)
    if (abilities.network) describeWriterNetwork(get, abilities)
  })
}

async function startInBun<T extends Store>(start: () => Promise<T>): Promise<T> {
  const [store, host] = await Promise.all([start(), startProviderHost()])
  const { scheme } = store.id('any')
  return Object.assign(Object.create(store), {
    createProvider: host.remote(scheme, store.createProvider),
    createWriter: host.remoteWriter(scheme),
    async stop() {
      await Promise.all([store.stop(), host.stop()])
    },
  })
}
