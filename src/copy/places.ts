import { asSecwrapError, SecwrapError, throwTogether } from '../core/errors.ts'
import type { SecretId } from '../core/types.ts'
import { rulesOf } from '../providers/store-rules.ts'
import type { Item } from './items.ts'

export interface Place<T> {
  readonly at: T
  readonly shown: string
  readonly unique: string // equal for two names that the store takes for the same
}

export interface Placed<T> {
  readonly item: Item
  readonly at: T
  readonly shown: string
}

/**
 * The place of every item, by the name that it gets in the store.
 *
 * @throws SecwrapError BAD_VALUE, several together, for names that the store can't have and two that land on one.
 */
export function placeAll<T>(
  items: readonly Item[],
  to: SecretId,
  placeOf: (name: string) => Place<T>,
): readonly Placed<T>[] {
  const taken = new Map<string, Item>()
  const problems: SecwrapError[] = []
  const placed = items.flatMap(item => {
    try {
      const { at, shown, unique } = placeOf(spell(item, to))
      const other = taken.get(unique)
      if (other) throw collision(other, item, shown)
      taken.set(unique, item)
      return [{ item, at, shown }]
    } catch (error) {
      problems.push(asSecwrapError(error))
      return []
    }
  })
  throwTogether(problems)
  return placed
}

function spell({ name, from }: Item, to: SecretId): string {
  const spelled = rulesOf(to.scheme).spell(name, to)
  if (spelled !== undefined) return spelled
  throw new SecwrapError('BAD_VALUE', `${from}: ${to.scheme}:// can't have a secret of this name`, {
    ref: from,
  })
}

function collision(first: Item, second: Item, to: string): SecwrapError {
  return new SecwrapError('BAD_VALUE', `${first.from} and ${second.from} both become ${to}`, {
    ref: second.from,
  })
}
