import type { Store, Template } from '../../core/types.ts'
import type { Lease } from '../../launch/leases.ts'
import { referencesIn } from '../../resolve/plan.ts'
import type { Held } from '../../resolve/renew.ts'
import { storeOf } from './tokens.ts'

export interface HeldById extends Held {
  readonly id: string
}

/** Reported leases and tokens with their stores. One whose reference is no longer in the template is left out. */
export function heldIn({ entries }: Template, leases: readonly Lease[]): readonly HeldById[] {
  const stores = new Map<string, Store>()
  for (const { parts } of entries) for (const { id } of referencesIn(parts)) stores.set(id.uri, id)
  return leases.flatMap(({ id, name }): readonly HeldById[] => {
    if (id === undefined) return [] // a certificate: it ends, and that is all
    const token = storeOf(id)
    if (token) return [{ id, store: token, lease: undefined }]
    const store = stores.get(name)
    return store ? [{ id, store, lease: id }] : []
  })
}
