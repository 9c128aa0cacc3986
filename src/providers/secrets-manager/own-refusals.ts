/**
 * What Secrets Manager refuses to write, by its codes.
 * Source: AWS Secrets Manager API Reference, CreateSecret, PutSecretValue and UpdateSecretVersionStage, "Errors".
 */
import { type ErrorCode, SecwrapError } from '../../core/errors.ts'
import type { Explanations } from '../aws/sdk.ts'

type Explain = NonNullable<Explanations[string]>

/** The action that fails like this where AWSCURRENT is not where it was expected. */
export const MOVE_STAGE = 'UpdateSecretVersionStage'

export const EXPLANATIONS: Explanations = {
  ResourceExistsException: problem('CONFLICT', 'exists already'),
  InvalidRequestException: refusedByState,
  InvalidParameterException: refusedByRules,
  ValidationException: refusedByRules,
  LimitExceededException: problem(
    'BAD_CONFIG',
    'the account has as many secrets, or the secret as many versions, as it may',
    'aws service-quotas list-service-quotas --service-code secretsmanager',
  ),
}

function problem(errorCode: ErrorCode, fact: string, hint?: string): Explain {
  return ({ id: { uri } }, { code }) =>
    new SecwrapError(errorCode, `${uri}: ${fact} (${code})`, { ref: uri, ...(hint && { hint }) })
}

/** Its name stays taken until the day comes, or it is destroyed. */
function refusedByState(...[subject, refusal]: Parameters<Explain>): SecwrapError | undefined {
  const { uri } = subject.id
  if (subject.deed !== 'writing') return undefined
  if (refusal.kind === 'deleted') {
    const fact = `${uri} is marked for deletion, and keeps its name (${refusal.code})`
    const hint = `secwrap delete --recover ${uri}`
    return new SecwrapError('CONFLICT', fact, { ref: uri, hint })
  }
  return problem('BAD_CONFIG', 'is not written like this: a replica, or a secret of another service')(
    subject,
    refusal,
  )
}

/** One code for names and values alike, and its sentence quotes both. */
function refusedByRules(...[subject, refusal]: Parameters<Explain>): SecwrapError | undefined {
  const { id, permission, deed } = subject
  if (permission.endsWith(MOVE_STAGE)) {
    const fact = `${id.uri}: another version is the newest`
    return new SecwrapError('CONFLICT', fact, { ref: id.uri })
  }
  if (deed !== 'writing') return undefined
  const hint = 'names of letters, digits and /_+=.@-'
  return problem('BAD_VALUE', 'Secrets Manager does not accept this name or value', hint)(subject, refusal)
}
