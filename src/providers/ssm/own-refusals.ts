/**
 * What Parameter Store refuses to write, by its codes.
 * Source: AWS Systems Manager API Reference, PutParameter, "Errors".
 */
import { type ErrorCode, SecwrapError } from '../../core/errors.ts'
import type { Explanations } from '../aws/sdk.ts'

type Explain = NonNullable<Explanations[string]>

export const EXPLANATIONS: Explanations = {
  ParameterAlreadyExists: problem('CONFLICT', 'exists already'),
  ParameterMaxVersionLimitExceeded: problem(
    'BAD_CONFIG',
    'has 100 versions, and the oldest one has a label, so that it is kept',
    path => `aws ssm unlabel-parameter-version --name ${path} --parameter-version … --labels …`,
  ),
  ParameterLimitExceeded: problem(
    'BAD_CONFIG',
    'the account has as many parameters as it may',
    () => 'aws service-quotas list-service-quotas --service-code ssm',
  ),
  ParameterPatternMismatchException: problem(
    'BAD_VALUE',
    'the value is not what the pattern of the parameter allows',
    path => `aws ssm describe-parameters --parameter-filters Key=Name,Values=${path}`,
  ),
  HierarchyLevelLimitExceededException: problem('BAD_VALUE', 'the path has more than 15 levels'),
  HierarchyTypeMismatchException: problem('BAD_VALUE', "the type can't be changed"),
  PoliciesLimitExceededException: problem('BAD_CONFIG', 'has more policies than it may'),
  UnsupportedParameterType: problem('BAD_CONFIG', "is of a type that can't be written"),
  ValidationException: refusedByRules,
}

function problem(errorCode: ErrorCode, fact: string, hintFor?: (path: string) => string): Explain {
  return ({ id: { uri, path } }, { code }) =>
    new SecwrapError(errorCode, `${uri}: ${fact} (${code})`, {
      ref: uri,
      ...(hintFor && { hint: hintFor(path) }),
    })
}

/** One code for names and values alike, and its sentence quotes both. */
function refusedByRules(
  { id: { uri }, deed }: Parameters<Explain>[0],
  { code }: Parameters<Explain>[1],
): SecwrapError | undefined {
  if (deed !== 'writing') return undefined
  return new SecwrapError(
    'BAD_VALUE',
    `${uri}: Parameter Store does not accept this name or value (${code})`,
    {
      ref: uri,
      hint: 'names of letters, digits and ._-/ that begin with neither aws nor ssm; no {{ in a value',
    },
  )
}
