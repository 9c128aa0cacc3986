/**
 * What an answer other than 200 means. AWS's own sentences can quote what was sent, so only codes that
 * are known, or look like one, get into a message.
 * Source: API references of Systems Manager and Secrets Manager, "Errors" and "Common errors".
 */
import { SecwrapError } from '../../core/errors.ts'
import { type HttpResponse, retryAfterMs } from '../../core/http.ts'
import { parsePlainJson } from '../../core/json.ts'
import { permissionIn } from './permissions.ts'

/** The store refuses a call for the sake of an id in it, so reading each alone shows which. */
export class AwsRefusal extends Error {
  readonly kind: RefusalKind
  readonly code: string // AccessDeniedException
  readonly permission: string | undefined // kms:Decrypt, where the store names what was missing

  constructor(kind: RefusalKind, code: string, permission?: string) {
    super(code)
    this.kind = kind
    this.code = code
    this.permission = permission
  }
}

export type RefusalKind = 'missing' | 'denied' | 'invalid' | 'deleted' | 'key'

const REFUSALS: Readonly<Record<string, RefusalKind>> = {
  ParameterNotFound: 'missing',
  ParameterVersionNotFound: 'missing',
  ResourceNotFoundException: 'missing',
  AccessDeniedException: 'denied',
  AccessDenied: 'denied',
  ValidationException: 'invalid',
  InvalidParameterException: 'invalid',
  InvalidRequestException: 'deleted', // Secrets Manager, of a secret that is marked so
  InvalidKeyId: 'key',
  DecryptionFailure: 'key',
  EncryptionFailure: 'key',
  KMSAccessDeniedException: 'key',
  KMSInvalidStateException: 'key',
  KMSKeyNotFoundException: 'key',
  KMSNotFoundException: 'key',
}

/** Of the credentials, and so of every call. */
const CREDENTIAL_FACTS: Readonly<Record<string, string>> = {
  ExpiredToken: 'the AWS credentials are expired',
  ExpiredTokenException: 'the AWS credentials are expired',
  RequestExpired: 'the AWS credentials or the request are expired',
  IncompleteSignature: 'the AWS credentials are not accepted',
  InvalidClientTokenId: 'AWS does not know the credentials',
  InvalidSignatureException: 'the secret key does not fit, or the clock is wrong',
  MissingAuthenticationToken: 'the AWS credentials are not accepted',
  MissingAuthenticationTokenException: 'the AWS credentials are not accepted',
  NotAuthorized: 'the AWS credentials are not accepted',
  OptInRequired: 'the AWS account is not subscribed to the service',
  SignatureDoesNotMatch: 'the secret key does not fit, or the clock is wrong',
  UnrecognizedClientException: 'AWS does not know the credentials',
}

const THROTTLING: readonly string[] = [
  'LimitExceededException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'Throttling',
  'ThrottledException',
  'ThrottlingException',
  'TooManyRequestsException',
  'TooManyUpdates',
]

/** A clock that is off by more makes every signature invalid. */
const MOST_SKEW_MS = 240_000

/**
 * The error to throw for an answer other than 200.
 *
 * @param own - codes that the caller explains itself: refusals, whatever else they are.
 */
export function failureOf(
  response: HttpResponse,
  store: string,
  own: readonly string[] = [],
): AwsRefusal | SecwrapError {
  const { status } = response
  const { code, message } = readError(response, own)
  if (own.includes(code)) return new AwsRefusal(kindOf(code, message) ?? 'invalid', code)
  if (THROTTLING.includes(code) || status === 429) return throttled(response, store, code)
  if (status >= 500) return unavailable(`${store} failed (${code || `HTTP ${status}`})`, true)
  const kind = kindOf(code, message)
  if (kind) return new AwsRefusal(kind, code, permissionIn(message))
  const fact = entryOf(CREDENTIAL_FACTS, code)
  if (fact)
    return new SecwrapError('DENIED', `${store}: ${fact} (${code})`, { hint: credentialHint(response) })
  if (code) return unavailable(`${store} refuses to answer (${code})`, false)
  return unavailable(`${store} does not answer as AWS does (HTTP ${status})`, false)
}

/** The error for a 200 that is not what the service's reference promises: cut off, or not from AWS. */
export function notAws(store: string): SecwrapError {
  return unavailable(`${store} gave an incomplete answer, or one that is not AWS's`, true)
}

const UNKNOWN_CODE = /^[A-Z][A-Za-z]{2,50}(Exception|Error|Fault|Failure|Denied|Unavailable|NotFound)$/

// Secrets Manager has one code for a secret that is marked for deletion, and for what its state forbids otherwise.
function kindOf(code: string, message: string): RefusalKind | undefined {
  const kind = entryOf(REFUSALS, code)
  return kind === 'deleted' && message && !/delet/i.test(message) ? 'invalid' : kind
}

function readError(
  { text, headers }: HttpResponse,
  own: readonly string[],
): { code: string; message: string } {
  const { __type = '', message, Message } = Object(parsePlainJson(text)) as Record<string, unknown>
  // `com.amazonaws.ssm#AccessDeniedException`, in the header with `:http://…` behind it
  const full = headers.get('x-amzn-errortype') || (typeof __type === 'string' ? __type : '')
  const code = full.replace(/:.*$/, '').replace(/^.*#/, '')
  const tables = [REFUSALS, CREDENTIAL_FACTS]
  const isKnown =
    [...THROTTLING, ...own].includes(code) || tables.some(table => entryOf(table, code) !== undefined)
  const sentence = message ?? Message
  return {
    code: isKnown || UNKNOWN_CODE.test(code) ? code : '',
    message: typeof sentence === 'string' ? sentence : '',
  }
}

// The code comes from outside, and `constructor` would be found in any object.
function entryOf<T>(table: Readonly<Record<string, T>>, code: string): T | undefined {
  return Object.hasOwn(table, code) ? table[code] : undefined
}

function throttled({ headers, status }: HttpResponse, store: string, code: string): SecwrapError {
  const afterMs = retryAfterMs(headers)
  return new SecwrapError(
    'UNAVAILABLE',
    `${store} limits the rate of requests (${code || `HTTP ${status}`})`,
    {
      retry: { throttled: true, ...(afterMs !== undefined && { afterMs }) },
    },
  )
}

function unavailable(message: string, mayPass: boolean): SecwrapError {
  return new SecwrapError('UNAVAILABLE', message, mayPass ? { retry: {} } : {})
}

function credentialHint({ headers }: HttpResponse): string {
  const skewMs = Math.abs(Date.now() - Date.parse(headers.get('date') ?? ''))
  if (skewMs > MOST_SKEW_MS)
    return `set the clock of this machine: it is ${Math.round(skewMs / 60_000)} minutes off`
  return 'aws sts get-caller-identity'
}
