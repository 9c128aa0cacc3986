import type { SecretId } from '../../core/types.ts'
import type { AwsClient } from './client.ts'

/** The region that an ARN names; undefined for a name. */
export function regionInArn(path: string): string | undefined {
  return path.startsWith('arn:') ? path.split(':')[3] : undefined
}

/**
 * Reads the ids of each region by calls of its own: an ARN is asked for where it is.
 *
 * @throws SecwrapError BAD_CONFIG where a name has no region to be asked for in.
 */
export async function readByRegion<T>(
  client: AwsClient,
  ids: readonly SecretId[],
  read: (region: string, ids: readonly SecretId[]) => Promise<ReadonlyMap<SecretId, T>>,
): Promise<ReadonlyMap<SecretId, T>> {
  const regions = new Map<string, SecretId[]>()
  for (const id of ids) {
    const region = regionInArn(id.path) ?? client.region()
    const part = regions.get(region)
    if (part) part.push(id)
    else regions.set(region, [id])
  }
  const [first, ...others] = await Promise.all([...regions].map(([region, part]) => read(region, part)))
  return others.length === 0 && first ? first : new Map([first ?? [], ...others].flatMap(part => [...part]))
}
