/** What containers and instances are told of their role: JSON with keys of a few hours. */
import { SecwrapError } from '../../core/errors.ts'
import { type HttpResponse, retryAfterMs } from '../../core/http.ts'
import { isJsonObject, parseJson } from '../../core/json.ts'
import type { AwsCredentials } from './sign.ts'

/** @throws SecwrapError UNAVAILABLE (busy, or not such an answer), DENIED (refused). */
export function readMetadata(response: HttpResponse, store: string): AwsCredentials {
  checkStatus(response, store)
  const answer = parseJson(response.text)
  const { AccessKeyId, SecretAccessKey, Token, Expiration } = isJsonObject(answer) ? answer : {}
  if (typeof AccessKeyId !== 'string' || typeof SecretAccessKey !== 'string') {
    throw new SecwrapError('UNAVAILABLE', `${store} gave no AWS credentials`, { retry: {} })
  }
  const expiresAtMs = typeof Expiration === 'string' ? Date.parse(Expiration) : Number.NaN
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    ...(typeof Token === 'string' && { sessionToken: Token }),
    ...(expiresAtMs > 0 && { expiresAtMs }),
  }
}

/** @throws SecwrapError UNAVAILABLE (busy), DENIED (refused): anything but 200. */
export function checkStatus({ status, headers }: HttpResponse, store: string): void {
  if (status === 200) return
  const afterMs = retryAfterMs(headers)
  if (status === 429 || status >= 500) {
    throw new SecwrapError('UNAVAILABLE', `${store} failed (HTTP ${status})`, {
      retry: { throttled: status === 429, ...(afterMs !== undefined && { afterMs }) },
    })
  }
  throw new SecwrapError('DENIED', `${store} refused the request (HTTP ${status})`)
}
