/** How long a token lives, and how it lives longer, or no longer. Source: Vault API documentation, "Token auth method". */
import { SecwrapError } from '../../core/errors.ts'
import { isJsonObject, numberText } from '../../core/json.ts'
import type { VaultClient } from './client.ts'
import type { Token } from './tokens.ts'

/** In seconds; undefined where it lives for ever, or may not ask about itself. */
export async function askLife(
  client: VaultClient,
  token: Token,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<{ readonly seconds: number; readonly renewable: boolean } | undefined> {
  const { seconds, renewable = false, value } = token
  if (seconds !== undefined) return { seconds, renewable }
  const answer = await client.request({ path: 'auth/token/lookup-self', token: value, namespace }, signal)
  const data = answer.status === 200 && isJsonObject(answer.body.data) ? answer.body.data : {}
  const left = Number(numberText(data.ttl))
  return left > 0 ? { seconds: left, renewable: data.renewable === true } : undefined
}

/** @returns the seconds that it lives from now on; 0 where it can't be renewed. */
export async function renewSelf(
  client: VaultClient,
  token: string,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<number> {
  const request = { method: 'POST', path: 'auth/token/renew-self', token, namespace } as const
  const { status, body } = await client.request(request, signal)
  return status === 200 && isJsonObject(body.auth) ? Number(numberText(body.auth.lease_duration)) || 0 : 0
}

/** @throws SecwrapError DENIED, and the transport's. */
export async function revokeSelf(
  client: VaultClient,
  token: string,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const request = { method: 'POST', path: 'auth/token/revoke-self', token, namespace } as const
  const { status } = await client.request(request, signal)
  if (status >= 300)
    throw new SecwrapError('DENIED', `${client.store} does not revoke the token (HTTP ${status})`)
}
