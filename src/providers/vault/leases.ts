/** Leases of what was made for one read: a database user, for example. Source: Vault API documentation, "sys/leases". */
import { SecwrapError } from '../../core/errors.ts'
import { numberText } from '../../core/json.ts'
import type { SecretLease } from '../../core/secret.ts'
import type { VaultAnswer } from './client.ts'
import type { Session } from './session.ts'

/** A lease ends with the token under which it was given, and a token that we took for one read is not renewed. */
export async function leaseOf(
  { body }: VaultAnswer,
  session: Session,
  signal: AbortSignal,
): Promise<SecretLease | undefined> {
  const { lease_id: id, renewable } = body
  const seconds = Number(numberText(body.lease_duration))
  if (typeof id !== 'string' || id === '' || !(seconds > 0)) return undefined
  const token = await session.token(signal)
  const isShort = token.isOurs && token.seconds !== undefined && !session.isKept
  if (!isShort) return { id, seconds, renewable: renewable === true }
  return { id, seconds: Math.min(seconds, token.seconds ?? seconds), renewable: false }
}

/** @returns the seconds that it lives from now on; 0 where the server does not know it, or does not let us. */
export async function renewLease(
  session: Session,
  namespace: string | undefined,
  lease: string,
  signal: AbortSignal,
): Promise<number> {
  const answer = await ask('renew', session, namespace, lease, signal)
  return answer.status === 200 ? Number(numberText(answer.body.lease_duration)) || 0 : 0
}

/** With a token of our own all leases under it end. @throws SecwrapError DENIED, and the transport's. */
export async function revokeLease(
  session: Session,
  namespace: string | undefined,
  lease: string,
  signal: AbortSignal,
): Promise<void> {
  const { isOurs } = await session.token(signal)
  if (isOurs) return session.revokeToken(signal)
  const { status } = await ask('revoke', session, namespace, lease, signal)
  if (status < 300) return
  throw new SecwrapError('DENIED', `${session.client.store} does not revoke the lease (HTTP ${status})`, {
    hint: 'path "sys/leases/revoke" { capabilities = ["update"] }',
  })
}

async function ask(
  deed: 'renew' | 'revoke',
  session: Session,
  namespace: string | undefined,
  lease: string,
  signal: AbortSignal,
): Promise<VaultAnswer> {
  const { value: token } = await session.token(signal)
  const body = { lease_id: lease }
  const request = { method: 'POST', path: `sys/leases/${deed}`, token, namespace, body } as const
  return session.client.request(request, signal)
}
