/**
 * Response wrapping: a single-use token stands for a secret, so that whoever opens it first is found
 * out. Both steps matter: where the wrapping was made (someone may have opened it and wrapped another
 * thing), and that nobody opened it before us. Source: Vault documentation, "Response wrapping".
 */
import { SecwrapError } from '../../core/errors.ts'
import { isJsonObject, type Json } from '../../core/json.ts'
import type { VaultAnswer, VaultClient } from './client.ts'
import { checkHeader } from './settings.ts'
import type { Variable } from './variables.ts'

interface Wrapped {
  readonly client: VaultClient
  readonly wrapping: Variable // the single-use token
  readonly namespace?: string | undefined
}

/** @throws SecwrapError DENIED where it was opened before, has expired, or wraps something else. */
export async function unwrapToken(wrapped: Wrapped, signal: AbortSignal): Promise<VaultAnswer> {
  return unwrap(wrapped, /(^|\/)auth\/.+/, signal)
}

/** @throws SecwrapError DENIED as above; `mount` is the one of the AppRole that has to have made it. */
export async function unwrapSecretId(
  wrapped: Wrapped & { readonly mount: string },
  signal: AbortSignal,
): Promise<string> {
  const maker = new RegExp(`(^|/)auth/${RegExp.escape(wrapped.mount)}/role/[^/]+/secret-id$`)
  const { body } = await unwrap(wrapped, maker, signal)
  const secretId = isJsonObject(body.data) ? body.data.secret_id : undefined
  if (typeof secretId === 'string') return secretId
  throw new SecwrapError('DENIED', `${wrapped.wrapping.name} does not wrap a secret id`)
}

async function unwrap(wrapped: Wrapped, maker: RegExp, signal: AbortSignal): Promise<VaultAnswer> {
  const { client, wrapping, namespace } = wrapped
  const token = checkHeader(wrapping.name, wrapping.value)
  const origin = await client.request(
    { method: 'POST', path: 'sys/wrapping/lookup', namespace, body: { token } },
    signal,
  )
  if (origin.status !== 200) throw openedBefore(wrapping)
  if (!maker.test(creationPath(origin.body.data))) throw wrappedElsewhere(wrapping)
  const opened = await client.request(
    { method: 'POST', path: 'sys/wrapping/unwrap', namespace, token },
    signal,
  )
  if (opened.status !== 200) throw openedBefore(wrapping)
  return opened
}

function creationPath(data: Json | undefined): string {
  return isJsonObject(data) && typeof data.creation_path === 'string' ? data.creation_path : ''
}

function openedBefore({ name }: Variable): SecwrapError {
  return new SecwrapError(
    'DENIED',
    `${name} can't be unwrapped: it has expired or was unwrapped before; if that was not you, it was intercepted`,
    { hint: 'vault token create -wrap-ttl=60s' },
  )
}

function wrappedElsewhere({ name }: Variable): SecwrapError {
  return new SecwrapError(
    'DENIED',
    `${name} was not wrapped by the log-in method that it is for: it may have been intercepted and replaced`,
  )
}
