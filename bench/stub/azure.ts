/**
 * A key vault, and the metadata service that gives tokens for it. Sources: Key Vault REST API, "Get Secret" and
 * "Authentication, requests and responses"; Azure Instance Metadata Service, "Get a token".
 */
import type { Answer } from './answer.ts'

const RESOURCE = 'https://vault.azure.net'
const TENANT = 'https://login.microsoftonline.com/5f6f3c1e-0b6a-4a0e-9d0a-3a1c0a0b0c0d'

export function answerAzure({ headers }: Request, path: string): Answer {
  if (path.startsWith('/metadata/identity/')) return { kind: 'token', body: token }
  if (!headers.has('authorization')) return challenge
  const [, , name = ''] = path.split(/[/?]/)
  return { kind: 'secret', body: secret(name) }
}

const token = {
  access_token: 'bench',
  expires_in: '3599',
  expires_on: '4102444800',
  resource: RESOURCE,
  token_type: 'Bearer',
}

const challenge: Answer = {
  kind: 'challenge',
  status: 401,
  headers: { 'www-authenticate': `Bearer authorization="${TENANT}", resource="${RESOURCE}"` },
  body: { error: { code: 'Unauthorized', message: 'AKV10000: Request is missing a Bearer or PoP token.' } },
}

function secret(name: string): object {
  return {
    value: `value-of-${name}`,
    id: `https://bench.vault.azure.net/secrets/${name}/4387e9f3d6e14c459867679a90fd0f79`,
    attributes: { enabled: true, created: 1764000000, updated: 1764000000, recoveryLevel: 'Recoverable' },
    tags: {},
  }
}
