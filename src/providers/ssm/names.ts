import type { SecretId } from '../../core/types.ts'
import { partitionOf } from '../aws/partitions.ts'

/** As GetParameters takes it: a name or an ARN, with `:version` or `:label` behind it. */
export function parameterName({ path, version }: SecretId): string {
  return version === undefined ? path : `${path}:${version}`
}

/** A name, or an ARN, and the version or label that was asked for: neither has a colon in it. */
export function splitSelector(name: string): { readonly name: string; readonly selector?: string } {
  if (!name.includes(':')) return { name }
  const [, plain = name, selector] = /^(arn:[^/]*\/[^:]*|[^:]*)(?::(.*))?$/.exec(name) ?? []
  return { name: plain, ...(selector !== undefined && { selector }) }
}

/** What a policy names to allow it. In it, a parameter has one slash in front, and a path none at its end. */
export function parameterArn({ path }: SecretId, region: string): string {
  const { name } = splitSelector(path)
  if (name.startsWith('arn:')) return name
  return `arn:${partitionOf(region).name}:ssm:${region}:*:parameter/${name.replace(/^\/|\/$/g, '')}`
}
