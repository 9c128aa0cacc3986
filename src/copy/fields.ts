/** Values that become fields of one secret, which is read, changed and written as a whole. */
import type { Json } from '../core/json.ts'
import { Secret } from '../core/secret.ts'
import type { Reference, SecretId } from '../core/types.ts'
import { rulesOf } from '../providers/store-rules.ts'
import { sameField } from '../resolve/compare.ts'
import { parseFields, setField, setFields } from '../resolve/merge.ts'
import { fieldOf } from '../resolve/select.ts'
import { formatKey } from '../template/uri.ts'
import { readExisting } from './existing.ts'
import type { Action, Item, Step } from './items.ts'
import { placeAll } from './places.ts'
import type { Stores } from './stores.ts'
import { keepDigits, toField } from './values.ts'

export interface FieldsPlan {
  readonly kind: 'fields'
  readonly id: SecretId
  readonly base: readonly string[] // the object that they are fields of; [] is the secret itself
  readonly steps: readonly FieldStep[]
}

export interface FieldStep extends Step {
  readonly key: readonly string[]
  readonly value: Json
}

/** One field for each item. The other fields of the secret stay. @throws SecwrapError, several together, for names. */
export async function planFields(items: readonly Item[], to: Reference, stores: Stores): Promise<FieldsPlan> {
  const { id, key = [], raw } = to
  const before = await readMap(to, stores)
  const uri = raw.split('#', 1)[0]
  const placed = placeAll(items, id, name => {
    const path = [...key, name]
    return { at: path, shown: `${uri}#${formatKey(path)}`, unique: name }
  })
  const steps = placed.map(({ item, at, shown }) => planStep(item, at, shown, before, id))
  return { kind: 'fields', id, base: key, steps }
}

/** The one field that `to` names. */
export async function planField(item: Item, to: Reference, stores: Stores): Promise<FieldsPlan> {
  const { id, key = [], raw } = to
  const before = await readMap(to, stores)
  return { kind: 'fields', id, base: key.slice(0, -1), steps: [planStep(item, key, raw, before, id)] }
}

/** The secret with the fields of these steps. @throws SecwrapError BAD_VALUE. */
export function applySteps(
  { id, base }: FieldsPlan,
  steps: readonly FieldStep[],
  before: Secret | undefined,
): Secret {
  const [first, ...others] = steps
  if (first && others.length === 0) return setField(before, first.key, first.value, id.uri)
  const fields = Object.fromEntries(steps.map(({ key, value }) => [key.at(-1) ?? '', value] as const))
  return setFields(before, base, fields, id.uri)
}

async function readMap({ id, raw }: Reference, stores: Stores): Promise<Json> {
  const existing = (await readExisting([id], undefined, stores)).get(id.uri)
  return existing instanceof Secret ? parseFields(existing, raw) : {}
}

function planStep(
  { from, value: given }: Item,
  key: readonly string[],
  to: string,
  before: Json,
  id: SecretId,
): FieldStep {
  const field = toField(given)
  const value = rulesOf(id.scheme).readsFloats ? keepDigits(field) : field
  const old = key.reduce<Json | undefined>(fieldOf, before)
  return { from, to, key, value, action: compare(old, value) }
}

function compare(before: Json | undefined, after: Json): Action {
  if (before === undefined) return 'new'
  return sameField(before, after) ? 'same' : 'change'
}
