/** What an answer to a read means: a secret, nothing there, or why not. */
import { SecwrapError } from '../../core/errors.ts'
import { formatJson, isJsonObject, type Json, numberText } from '../../core/json.ts'
import { Secret, type SecretFacts, type SecretLease } from '../../core/secret.ts'
import type { SecretId } from '../../core/types.ts'
import { isIssuing, UNISSUED } from './certificates.ts'
import { errorsOf, type VaultAnswer } from './client.ts'

/** What was asked: `path` is the API's. */
export interface Asked {
  readonly id: SecretId
  readonly path: string // secret/data/api
  readonly unwraps: boolean // the answer has KV version 2's envelope, or may have it
  readonly store: string
}

/** @returns undefined where there is nothing; 403 is the caller's. @throws SecwrapError. */
export function readAnswer(answer: VaultAnswer, asked: Asked, lease?: SecretLease): Secret | undefined {
  if (answer.status >= 200 && answer.status < 300) return readSecret(answer, asked, lease)
  if (answer.status === 404) return explainAbsence(answer, asked)
  if (answer.status === 405) throw notReadable(asked)
  throw explainRefusal(errorsOf(answer), answer.status, asked)
}

function explainRefusal(errors: string, status: number, asked: Asked): SecwrapError {
  const { store, path, id } = asked
  if (/unknown (role|key)|could not be found/.test(errors))
    return missing(asked, `${path} does not exist in ${store}`)
  // A KV version 2 mount says so for some moments after it was made.
  if (/^Upgrading from non-versioned/.test(errors))
    return new SecwrapError('UNAVAILABLE', `${store}: the mount of ${path} is not ready yet`, { retry: {} })
  const [, fact, hint] = UNISSUED.find(([text]) => text.test(errors)) ?? []
  if (fact && hint) {
    const text = `${store} makes no certificate at ${path}: ${fact}`
    return new SecwrapError('BAD_CONFIG', text, { ref: id.uri, hint })
  }
  return new SecwrapError('BAD_CONFIG', `${store} can't read ${path} (HTTP ${status})`, { ref: id.uri })
}

function readSecret(
  { status, body, text }: VaultAnswer,
  asked: Asked,
  lease: SecretLease | undefined,
): Secret | undefined {
  if (text !== '') return new Secret(text)
  if (status === 204) return undefined
  if (isJsonObject(body.wrap_info)) throw heldBack(asked)
  // sys/health and its like answer without an envelope.
  const data = Object.hasOwn(body, 'data') ? body.data : body
  if (data === undefined || data === null) return undefined
  if (!asked.unwraps || !isVersioned(data)) return new Secret(formatJson(data), lease && { lease })
  return new Secret(formatJson(data.data), factsOf(data.metadata))
}

function factsOf(metadata: Json): SecretFacts {
  const { version: number, created_time: createdAt } = isJsonObject(metadata) ? metadata : {}
  const version = numberText(number)
  return {
    ...(version !== undefined && { version }),
    ...(typeof createdAt === 'string' && { updatedAt: new Date(createdAt) }),
  }
}

function isVersioned(data: Json): data is { readonly data: Json; readonly metadata: Json } {
  return isJsonObject(data) && isJsonObject(data.data) && isJsonObject(data.metadata)
}

function explainAbsence(answer: VaultAnswer, asked: Asked): undefined {
  const { body } = answer
  const data = isJsonObject(body.data) ? body.data : {}
  if (isJsonObject(data.metadata)) throw missing(asked, `${asked.id.uri} ${stateOf(data.metadata)}`)
  if (Array.isArray(body.warnings) && body.warnings.length > 0) {
    throw missing(
      asked,
      `${asked.path} is in a KV version 2 mount, whose API paths have data/ after the mount`,
    )
  }
  const errors = errorsOf(answer)
  if (/namespace not found/.test(errors)) {
    throw new SecwrapError('BAD_CONFIG', `${asked.store} has no such namespace`, { hint: 'VAULT_NAMESPACE' })
  }
  if (asked.unwraps && asked.path.includes('/data/data/')) {
    throw missing(asked, `${asked.id.uri} does not exist: paths are written without data/`)
  }
  if (/no handler for route/.test(errors))
    throw missing(asked, `${asked.store} has no mount for ${asked.path}`)
  return undefined
}

function stateOf({ destroyed, version }: Readonly<Record<string, Json>>): string {
  const which = isJsonObject(version) || version === undefined ? '' : ` (version ${formatJson(version)})`
  return `${destroyed === true ? 'was destroyed' : 'is deleted'}${which}`
}

/** A control group answers with a wrapping token instead, for when somebody has agreed. */
function heldBack({ id, path, store }: Asked): SecwrapError {
  return new SecwrapError('DENIED', `${store} gives ${path} only after somebody else has approved it`, {
    ref: id.uri,
  })
}

function missing({ id }: Asked, message: string): SecwrapError {
  return new SecwrapError('NOT_FOUND', message, { ref: id.uri })
}

function notReadable({ id, path, store }: Asked): SecwrapError {
  return new SecwrapError('BAD_TEMPLATE', `${store}: ${path} can only be written, not read`, {
    ref: id.uri,
    ...(isIssuing(path) && { hint: `vault://${path}?common_name=NAME` }),
  })
}
