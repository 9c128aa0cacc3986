import type { SecretId } from '../../core/types.ts'
import { partitionOf } from '../aws/partitions.ts'

/** As GetSecretValue takes it. */
export function versionOf({ version, selector }: SecretId): object {
  if (version === undefined) return {}
  return selector === 'stage' ? { VersionStage: version } : { VersionId: version }
}

/** What a policy names to allow it. AWS puts six characters of its own behind a secret's name. */
export function secretArn({ path }: SecretId, region: string): string {
  if (path.startsWith('arn:')) return path
  return `arn:${partitionOf(region).name}:secretsmanager:${region}:*:secret:${path}-??????`
}
