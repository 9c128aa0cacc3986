/** What GetSecretValue and BatchGetSecretValue answer. */
import { SecwrapError } from '../../core/errors.ts'
import { Secret, type SecretFacts } from '../../core/secret.ts'
import type { SecretId } from '../../core/types.ts'
import type { JsonObject } from '../aws/client.ts'

export interface SecretValue {
  readonly Name: string
  readonly ARN: string
  readonly SecretString?: string
  readonly SecretBinary?: string // base64
  readonly VersionId?: string
  readonly CreatedDate?: number // seconds since 1970
}

/** Undefined where the answer is not of the promised shape. */
export function valueIn(answer: unknown): SecretValue | undefined {
  const { Name, ARN, SecretString, SecretBinary } = Object(answer) as Partial<
    Record<keyof SecretValue, unknown>
  >
  const hasValue = typeof SecretString === 'string' || typeof SecretBinary === 'string'
  return typeof Name === 'string' && typeof ARN === 'string' && hasValue ? (answer as SecretValue) : undefined
}

export interface BatchAnswer {
  readonly values: readonly SecretValue[]
  readonly missing: ReadonlySet<string> // ids as asked
}

/** Undefined where the answer is not of the promised shape. */
export function batchIn({ SecretValues = [], Errors = [] }: JsonObject): BatchAnswer | undefined {
  if (!Array.isArray(SecretValues) || !Array.isArray(Errors)) return undefined
  if (SecretValues.length + Errors.length === 0) return undefined
  const values = SecretValues.map(valueIn).filter(value => value !== undefined)
  if (values.length < SecretValues.length) return undefined
  const errors = Errors.map(error => Object(error) as { SecretId?: unknown; ErrorCode?: unknown })
  const missing = errors.filter(({ ErrorCode }) => ErrorCode === 'ResourceNotFoundException')
  return { values, missing: new Set(missing.map(({ SecretId: id }) => String(id))) }
}

/** An ARN may be asked for without the six characters that AWS puts behind a secret's name. */
export function isAskedBy({ Name, ARN }: SecretValue, { path }: SecretId): boolean {
  if (Name === path || ARN === path) return true
  return (
    path.startsWith('arn:') && ARN.startsWith(`${path}-`) && ARN.length === path.length + '-a1B2c3'.length
  )
}

/**
 * A binary secret is the text that its bytes are; with ?base64 a secret of either kind is its base64.
 *
 * @returns a SecwrapError BAD_VALUE where the bytes are no text.
 */
export function secretOf(value: SecretValue, { uri, options }: SecretId): Secret | SecwrapError {
  const { SecretString: text, SecretBinary: base64 = '' } = value
  const facts = factsOf(value)
  if (options.base64 !== undefined) return new Secret(text === undefined ? base64 : encode(text), facts)
  if (text !== undefined) return new Secret(text, facts)
  try {
    return new Secret(decode(base64), facts)
  } catch {
    return new SecwrapError('BAD_VALUE', `${uri}: the secret is binary, not text`, {
      ref: uri,
      hint: `${uri}${uri.includes('?') ? '&' : '?'}base64`,
    })
  }
}

function decode(base64: string): string {
  const bytes = Uint8Array.fromBase64(base64)
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
}

function encode(text: string): string {
  return new TextEncoder().encode(text).toBase64()
}

function factsOf({ VersionId, CreatedDate }: SecretValue): SecretFacts {
  return {
    ...(VersionId !== undefined && { version: VersionId }),
    ...(CreatedDate !== undefined && { updatedAt: new Date(CreatedDate * 1_000) }),
  }
}
