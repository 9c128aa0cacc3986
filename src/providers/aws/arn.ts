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
  const regionOf = ({ path }: SecretId) => regionInArn(path) ?? client.region()
  const regions = [...new Set(ids.map(regionOf))]
  const found = await Promise.all(
    regions.map(region =>
      read(
        region,
        ids.filter(id => regionOf(id) === region),
      ),
    ),
  )
  return new Map(found.flatMap(part => [...part]))
}
