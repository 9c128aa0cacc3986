/**
 * Why a log-in was refused, told in our words: Vault's own sentences can quote roles, claims and
 * tokens. What is not in the list is not told. Texts seen with OpenBao 2.7 and Vault 1.x.
 */
import { isJsonObject } from '../../core/json.ts'
import type { VaultAnswer } from './client.ts'

const REASONS: readonly (readonly [text: RegExp, reason: string])[] = [
  [/invalid role or secret id/i, 'wrong role id or secret id, or the secret id is used up or expired'],
  [/missing secret_id/, 'the role asks for a secret id as well'],
  [/invalid username or password|ldap operation failed/i, 'wrong user name or password'],
  [/invalid role name|role .* could not be found|missing role|unknown role/, 'there is no such role'],
  [/could not load configuration|not configured/, 'the log-in method is not configured'],
  [/entry for role .* not found/, 'there is no such role'],
  [
    /error making upstream request|iam_server_id|missing header/i,
    'AWS does not confirm the identity: another region or server id',
  ],
  [/no client certificate|client certificate must be supplied/, 'no client certificate was sent'],
  [
    /invalid certificate|no chain matching|failed to match all constraints/,
    'the client certificate is not accepted',
  ],
  [/service account name not authorized/, 'the role does not take this service account'],
  [/namespace not authorized/, 'the role does not take this Kubernetes namespace'],
  [/expired/, 'the token is expired'],
  [/audience|\baud\b/, 'the token is for another audience'],
  [/issuer|\biss\b/, 'the token is from another issuer'],
  [/signature|no known key/, 'the signature of the token is not trusted'],
  [/claim/, 'a claim of the token is not what the role asks for'],
  [/no handler for route/, 'no log-in method is mounted there'],
  [/permission denied/, 'not allowed, or no log-in method is mounted there'],
]

export function explainRefusal(errors: string, { body }: Pick<VaultAnswer, 'body'>): string | undefined {
  if (isJsonObject(body.auth) && isJsonObject(body.auth.mfa_requirement))
    return 'it asks for a second factor, which only a person can give'
  return REASONS.find(([text]) => text.test(errors))?.[1]
}
