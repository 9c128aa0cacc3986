import { planField, planFields } from '../copy/fields.ts'
import type { Item } from '../copy/items.ts'
import { type Plan, planBelow, planSingle } from '../copy/plan.ts'
import { readBelow, readFields, readSingle } from '../copy/source.ts'
import type { Stores } from '../copy/stores.ts'
import { SecwrapError } from '../core/errors.ts'
import type { Reference } from '../core/types.ts'
import { protectProcess } from '../launch/exec.ts'
import type { Flag, FlagValues } from './flags.ts'
import { TRANSFER_FLAGS, transfer } from './transfer.ts'
import { isPrefix, parseVerbReference } from './verbs.ts'

const MAP_FLAG: Flag = {
  name: 'map',
  type: 'boolean',
  default: false,
  describe: 'Make all secrets below FROM fields of the one secret TO',
}

export const flags = [MAP_FLAG, ...TRANSFER_FLAGS]

/** Copies one secret, a map or everything below a path, between any two stores. */
export async function handler(values: FlagValues, words: readonly string[]): Promise<void> {
  const [from, to, ...others] = words
  if (from === undefined || to === undefined || others.length > 0) {
    throw new SecwrapError('BAD_USAGE', 'copy takes two references, from and to', {
      hint: 'secwrap copy ssm:///prod/ vault://secret/prod --dry-run',
    })
  }
  const source = parseVerbReference(from)
  const target = parseTarget(to, source, Boolean(values.map))
  checkTarget(target)
  protectProcess()
  await transfer(target, values, stores => makePlan(source, target, stores))
}

/** Many secrets become a secret each, below TO; only a sealed file, a field and `--map` gather them in one. */
function parseTarget(text: string, { id, raw }: Reference, isMap: boolean): Reference {
  if (!isPrefix(id)) {
    if (!isMap) return parseVerbReference(text)
    throw new SecwrapError('BAD_USAGE', `${raw}: --map is for all secrets below a path, which ends in /`, {
      ref: raw,
    })
  }
  const gathers = isMap || text.startsWith('sops:') || text.includes('#')
  if (gathers || /^[^?]*\/(\?|$)/.test(text)) return parseVerbReference(text)
  return parseVerbReference(text.replace(/(?=\?|$)/, '/'))
}

/** One to one is copied whole, a map to a path that ends in / is taken apart. */
async function makePlan(from: Reference, to: Reference, stores: Stores): Promise<Plan> {
  if (isPrefix(from.id)) return planMany(await readBelow(from, stores), to, stores)
  if (isPrefix(to.id)) return planMany(await readFields(from, stores), to, stores)
  const item = await readSingle(from, stores)
  return to.key ? planField(item, to, stores) : planSingle(item, to, stores)
}

/** Many values: a secret each, or together as the fields of one. */
export function planMany(items: readonly Item[], to: Reference, stores: Stores): Promise<Plan> {
  return isPrefix(to.id) ? planBelow(items, to, stores) : planFields(items, to, stores)
}

/** @throws SecwrapError BAD_USAGE for what can only be read. */
export function checkTarget({ id, key, raw }: Reference): void {
  const fact = id.version !== undefined ? "a version can't be written again" : undefined
  const problem = isPrefix(id) && key ? 'a path that ends in / has no fields' : fact
  if (problem) throw new SecwrapError('BAD_USAGE', `${raw}: ${problem}`, { ref: raw })
  if (id.scheme !== 'sops' || !isPrefix(id)) return
  throw new SecwrapError('BAD_USAGE', `${raw}: a sealed file is written whole, so it needs its name`, {
    ref: raw,
    hint: `${raw}secrets.sops.env`,
  })
}
