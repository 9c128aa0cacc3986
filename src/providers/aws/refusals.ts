import { SecwrapError } from '../../core/errors.ts'
import type { SecretId } from '../../core/types.ts'
import type { AwsRefusal } from './failures.ts'

export type Deed = 'reading' | 'writing' | 'deleting' | 'listing'

/** What a refused call was about. */
export interface Subject {
  readonly id: SecretId
  readonly deed?: Deed // reading, if absent
  readonly noun: 'parameter' | 'secret'
  readonly permission: string // ssm:GetParameters: what the call needs
  readonly arn: string // what it is needed on, as a policy names it
}

/** What a refused call says of the one id in it; undefined where the secret does not exist. */
export function explainRefusal(refusal: AwsRefusal, subject: Subject): SecwrapError | undefined {
  const { code, kind } = refusal
  const { uri: ref, path } = subject.id
  const { noun } = subject
  switch (kind) {
    case 'missing':
      return undefined
    case 'denied':
      return explainDenial(refusal, subject)
    case 'key':
      return new SecwrapError('BAD_CONFIG', `${ref}: the KMS key of the ${noun} can't be used (${code})`, {
        ref,
        hint: `allow ${subject.deed === 'writing' ? 'kms:Encrypt and kms:GenerateDataKey' : 'kms:Decrypt'} on the key, and see that it is enabled`,
      })
    case 'deleted':
      return new SecwrapError('NOT_FOUND', `${ref}: the ${noun} is marked for deletion (${code})`, {
        ref,
        hint: `aws secretsmanager restore-secret --secret-id ${path}`,
      })
    case 'invalid':
      return new SecwrapError('BAD_TEMPLATE', `${ref}: AWS does not accept this name or version (${code})`, {
        ref,
      })
  }
}

function explainDenial(
  { code, permission }: AwsRefusal,
  { id, deed = 'reading', permission: asked, arn }: Subject,
): SecwrapError {
  const missing = permission ?? asked
  const place = missing.startsWith('kms:') ? 'its key' : arn
  return new SecwrapError('DENIED', `${id.uri}: ${deed} is not allowed, ${missing} is missing (${code})`, {
    ref: id.uri,
    hint: `allow ${missing} on ${place}`,
  })
}
