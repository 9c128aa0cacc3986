import type { SecwrapError } from '../../core/errors.ts'
import type { Secret } from '../../core/secret.ts'
import type { SecretId } from '../../core/types.ts'

/** What reading one id came to; undefined where it does not exist. */
export type Outcome = Secret | SecwrapError | undefined

/** Reads of one batch under way at the same time. */
const LANES = 10

/** Reads each id by a call of its own: for batches that the store refuses as a whole because of one id. */
export async function readOneByOne(
  ids: readonly SecretId[],
  read: (id: SecretId) => Promise<Outcome>,
): Promise<ReadonlyMap<SecretId, Secret | SecwrapError>> {
  const found = new Map<SecretId, Secret | SecwrapError>()
  const waiting = ids.values()
  const work = async () => {
    for (const id of waiting) {
      const outcome = await read(id)
      if (outcome) found.set(id, outcome)
    }
  }
  await Promise.all(Array.from({ length: Math.min(LANES, ids.length) }, work))
  return found
}
