import { SecwrapError } from '../../core/errors.ts'
import type { SecretId } from '../../core/types.ts'
import type { AwsRefusal } from '../aws/failures.ts'
import { partitionOf } from '../aws/partitions.ts'
import { parameterArn } from './names.ts'

/** What a refused call says of the one id in it; undefined where the parameter does not exist. */
export function explainRefusal(
  { kind, code, permission }: AwsRefusal,
  { uri, path }: SecretId,
  region: string,
  action: string,
): SecwrapError | undefined {
  if (kind === 'missing') return undefined
  if (kind === 'denied') {
    const needed = permission ?? `ssm:${action}`
    const arn = needed.startsWith('ssm:') ? parameterArn(path, partitionOf(region).name, region) : 'its key'
    return new SecwrapError('DENIED', `${uri}: reading is not allowed, ${needed} is missing (${code})`, {
      ref: uri,
      hint: `allow ${needed} on ${arn}`,
    })
  }
  if (kind === 'key') {
    return new SecwrapError('BAD_CONFIG', `${uri}: the KMS key of the parameter can't be used (${code})`, {
      ref: uri,
      hint: 'allow kms:Decrypt on the key, and see that it is enabled',
    })
  }
  return new SecwrapError(
    'BAD_TEMPLATE',
    `${uri}: no name, version or label that Parameter Store takes (${code})`,
    {
      ref: uri,
    },
  )
}
