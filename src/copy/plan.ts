/** What a copy would do, before it does anything. */
import { formatJson } from '../core/json.ts'
import { Secret } from '../core/secret.ts'
import type { Reference, SecretId } from '../core/types.ts'
import { rulesOf } from '../providers/store-rules.ts'
import { sameValue } from '../resolve/compare.ts'
import { idBelow } from '../template/reference.ts'
import { type Existing, foldCase, readExisting } from './existing.ts'
import type { FieldsPlan } from './fields.ts'
import type { Item, Step } from './items.ts'
import { placeAll } from './places.ts'
import type { Stores } from './stores.ts'
import { keepDigits, toMap, toText } from './values.ts'

export type Plan = SecretsPlan | FieldsPlan

export interface SecretsPlan {
  readonly kind: 'secrets'
  readonly steps: readonly SecretStep[]
}

/** A write of its own. */
export interface SecretStep extends Step {
  readonly id: SecretId
  readonly secret: Secret
  readonly newest: string | undefined // the version that it goes over; '' for none, undefined where that is not known
}

/** One secret for each item, below a path. @throws SecwrapError, several together, for names that the store can't have. */
export async function planBelow(
  items: readonly Item[],
  { id: prefix }: Reference,
  stores: Stores,
): Promise<SecretsPlan> {
  const placed = placeAll(items, prefix, name => {
    const id = idBelow(prefix, name)
    return { at: id, shown: id.uri, unique: foldCase(id.uri) }
  })
  const ids = placed.map(({ at }) => at)
  const existing = await readExisting(ids, prefix, stores)
  const steps = placed.map(({ item, at, shown }) => planSecret(item, at, shown, existing.get(at.uri)))
  return { kind: 'secrets', steps }
}

/** One secret, whole. */
export async function planSingle(item: Item, { id, raw }: Reference, stores: Stores): Promise<SecretsPlan> {
  const existing = await readExisting([id], undefined, stores)
  return { kind: 'secrets', steps: [planSecret(item, id, raw, existing.get(id.uri))] }
}

function planSecret(
  { from, value }: Item,
  id: SecretId,
  to: string,
  existing: Existing | undefined,
): SecretStep {
  const { holdsMap, readsFloats } = rulesOf(id.scheme)
  const map = holdsMap(id) ? toMap(value) : undefined
  const secret = new Secret(map ? formatJson(readsFloats ? keepDigits(map) : map) : toText(value))
  const step = { from, to, id, secret }
  if (!existing) return { ...step, newest: '', action: 'new' }
  if (existing === 'disabled') return { ...step, newest: undefined, action: 'change' }
  const isSame = map ? sameValue(existing, secret) : existing.equals(secret)
  return { ...step, newest: existing.facts.version, action: isSame ? 'same' : 'change' }
}
