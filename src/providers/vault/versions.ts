import { isJsonObject, type Json, numberText } from '../../core/json.ts'
import type { Version } from '../../core/types.ts'

/** The versions that KV version 2's metadata tells, newest first. Those beyond `max_versions` are not in it. */
export function readVersions(
  { versions }: Readonly<Record<string, Json>>,
  now = Date.now(),
): readonly Version[] {
  if (!isJsonObject(versions)) return []
  const ids = Object.keys(versions).sort((a, b) => Number(b) - Number(a))
  return ids.map((id, index) => {
    const told = versions[id]
    return describeVersion(id, isJsonObject(told) ? told : {}, index === 0, now)
  })
}

/** The one version that an answer to a write tells. */
export function readWritten(data: Readonly<Record<string, Json>>): Version {
  return describeVersion(numberText(data.version) ?? '', data, true, Date.now())
}

function describeVersion(
  id: string,
  { created_time: created, deletion_time: deleted, destroyed }: Readonly<Record<string, Json>>,
  isNewest: boolean,
  now: number,
): Version {
  const createdAt = typeof created === 'string' ? new Date(created) : undefined
  // A mount can give versions an end of life: the time then lies ahead.
  const isDeleted = typeof deleted === 'string' && deleted !== '' && Date.parse(deleted) <= now
  const state = destroyed === true ? 'destroyed' : isDeleted ? 'deleted' : isNewest ? 'current' : 'previous'
  return { id, state, ...(createdAt && { createdAt }) }
}
