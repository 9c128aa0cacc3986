/**
 * What Azure answers, each with where that is documented or recorded. No Key Vault runs on a machine of ours,
 * so this list is what the double's truth rests on. Messages are left out where nobody reads them: in their
 * place stands a text that must not reach a user.
 */

export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: unknown
}

/** Stands in every message, so that one which is passed on is found out. */
export const PLANTED_MESSAGE = 'planted-message-of-azure-1c9d'

interface VaultError {
  readonly status: number
  readonly code: string
  readonly inner?: string
  readonly source: string
}

const CODES_PAGE = 'Azure Key Vault REST API error codes'

export const VAULT_ERRORS = {
  notFound: { status: 404, code: 'SecretNotFound', source: CODES_PAGE },
  disabled: {
    status: 403,
    code: 'Forbidden',
    inner: 'SecretDisabled',
    source: 'recorded in issue 24756 of Azure/azure-sdk-for-js',
  },
  policy: { status: 403, code: 'Forbidden', inner: 'ForbiddenByPolicy', source: CODES_PAGE },
  olderPolicy: {
    status: 403,
    code: 'Forbidden',
    inner: 'AccessDenied',
    source: 'Troubleshooting Key Vault access policies',
  },
  rbac: {
    status: 403,
    code: 'Forbidden',
    inner: 'ForbiddenByRbac',
    source: 'Microsoft Q&A 2139767, recorded',
  },
  firewall: {
    status: 403,
    code: 'Forbidden',
    inner: 'ForbiddenByFirewall',
    source: 'Diagnose private link configuration issues',
  },
  privateLink: {
    status: 403,
    code: 'Forbidden',
    inner: 'ForbiddenByConnection',
    source: 'Diagnose private link configuration issues',
  },
  purgeProtection: { status: 403, code: 'Forbidden', source: 'Key Vault soft-delete and purge protection' },
  deleted: {
    status: 409,
    code: 'Conflict',
    inner: 'ObjectIsDeletedButRecoverable',
    source: 'samples of Azure.Security.KeyVault.Secrets, "Handling error responses"',
  },
  beingDeleted: {
    status: 409,
    code: 'Conflict',
    inner: 'ObjectIsBeingDeleted',
    source: 'recordings of @azure/keyvault-keys, "recoverKeyName"',
  },
  badParameter: { status: 400, code: 'BadParameter', source: `${CODES_PAGE}; "Set Secret" (25 KiB)` },
  throttled: { status: 429, code: 'Throttled', source: 'Azure Key Vault throttling guidance' },
} as const satisfies Readonly<Record<string, VaultError>>

/** The error body of every Key Vault answer. Source: "Get Secret", KeyVaultError. */
export function vaultError(
  { status, code, inner }: Omit<VaultError, 'source'>,
  message = PLANTED_MESSAGE,
): Answer {
  return { status, body: { error: { code, message, ...(inner && { innererror: { code: inner } }) } } }
}

/** Source: "Authentication, requests and responses"; AKV10000, AKV10022, AKV10032 as recorded in the clients' tests. */
export function challenge(authority: string, resource: string, akv: string): Answer {
  const { body } = vaultError({ status: 401, code: 'Unauthorized' }, `${akv}: ${PLANTED_MESSAGE}`)
  const value = `Bearer authorization="${authority}", resource="${resource}"`
  return { status: 401, headers: { 'WWW-Authenticate': value }, body }
}

/** Source: "Microsoft Entra authentication and authorization error codes"; the shape is of its token endpoint. */
export function entraError(status: number, error: string, number: number): Answer {
  const description = `AADSTS${number}: ${PLANTED_MESSAGE}`
  return { status, body: { error, error_description: description, error_codes: [number], trace_id: 'trace' } }
}

/** Source: "OAuth 2.0 client credentials flow", successful response. */
export function entraToken(token: string, seconds: number): Answer {
  return {
    status: 200,
    body: { token_type: 'Bearer', expires_in: seconds, ext_expires_in: seconds, access_token: token },
  }
}

/** Source: "How to use managed identities on a VM to acquire an access token"; numbers are texts there. */
export function machineToken(token: string, seconds: number, resource: string): Answer {
  const expires_on = String(Math.floor(Date.now() / 1_000) + seconds)
  return { status: 200, body: { access_token: token, expires_on, resource, token_type: 'Bearer' } }
}

/** Source: the same, "Error handling". */
export const NO_IDENTITY: Answer = {
  status: 400,
  body: { error: 'invalid_request', error_description: `Identity not found ${PLANTED_MESSAGE}` },
}
