/**
 * What every provider must do, run against its real server: `describeProvider('ssm', abilities, startSsm)`.
 *
 * A store says in `abilities` what it can't do, and that decides which tests there are; nothing is skipped.
 */
import { afterAll, beforeAll, describe } from '@jest/globals'
import { describeNetwork } from './contract/network.ts'
import {
  describeBatches,
  describeForbidden,
  describePrefix,
  describeValues,
  describeVersions,
} from './contract/reading.ts'
import type { Abilities, Store } from './contract/store.ts'

export type { Abilities, Network, Pinned, Store } from './contract/store.ts'

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
