import type { PutSecretValueCommandInput } from '@aws-sdk/client-secrets-manager'
import { SecwrapError } from '../../core/errors.ts'
import type { SecretId } from '../../core/types.ts'

export type Content = Pick<PutSecretValueCommandInput, 'SecretString' | 'SecretBinary'>

const MOST_BYTES = 65_536

/**
 * What is sent for a value: text, or with ?base64 the bytes that it stands for.
 *
 * @throws SecwrapError BAD_VALUE for what Secrets Manager does not keep.
 */
export function contentOf({ uri, options }: SecretId, value: string): Content {
  const bytes = options.base64 === undefined ? new TextEncoder().encode(value) : decode(value, uri)
  if (bytes.length === 0) throw refused(uri, 'Secrets Manager keeps no empty values')
  if (bytes.length > MOST_BYTES) throw refused(uri, 'Secrets Manager keeps at most 64 KiB')
  return options.base64 === undefined ? { SecretString: value } : { SecretBinary: bytes }
}

function decode(value: string, uri: string): Uint8Array {
  try {
    return Uint8Array.fromBase64(value, { lastChunkHandling: 'strict' })
  } catch {
    throw refused(uri, 'the value is not base64', 'without ?base64 it is kept as text')
  }
}

function refused(uri: string, fact: string, hint?: string): SecwrapError {
  return new SecwrapError('BAD_VALUE', `${uri}: ${fact}`, { ref: uri, ...(hint && { hint }) })
}
