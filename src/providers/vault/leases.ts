/** Leases of what was made for one read: a database user, for example. Source: Vault API documentation, "sys/leases". */
import { numberText } from '../../core/json.ts'
import type { SecretLease } from '../../core/secret.ts'
import type { VaultAnswer } from './client.ts'
import type { Session } from './session.ts'
import type { Token } from './tokens.ts'

/** A lease ends with the token under which it was given, and nobody renews a token that we took for one read. */
export function leaseOf({ body }: VaultAnswer, token: Token): SecretLease | undefined {
  const { lease_id: id, renewable } = body
  const seconds = Number(numberText(body.lease_duration))
  if (typeof id !== 'string' || id === '' || !(seconds > 0)) return undefined
  if (!token.isOurs || token.seconds === undefined) return { id, seconds, renewable: renewable === true }
  return { id, seconds: Math.min(seconds, token.seconds), renewable: false }
}

/** @returns the seconds that it lives from now on; 0 where the server does not know it, or does not let us. */
export async function renewLease(
  session: Session,
  namespace: string | undefined,
  lease: string,
  signal: AbortSignal,
): Promise<number> {
  const { value: token } = await session.token(signal)
  const body = { lease_id: lease }
  const request = { method: 'POST', path: 'sys/leases/renew', token, namespace, body } as const
  const answer = await session.client.request(request, signal)
  return answer.status === 200 ? Number(numberText(answer.body.lease_duration)) || 0 : 0
}
