/**
 * Vault's log-in methods: what each posts to `auth/MOUNT/login`, and from which settings.
 * A method to come is one entry here. Source: Vault API documentation, "Auth methods".
 */
import { SecwrapError } from '../../core/errors.ts'
import { exists } from '../../core/files.ts'
import type { Inherited } from '../../core/types.ts'
import type { VaultClient } from './client.ts'
import { fetchJobToken, hasJobToken } from './job-token.ts'
import { unwrapSecretId } from './unwrap.ts'
import { findCredential, findVariable, isTrue, readCredentialFile, type Variable } from './variables.ts'

export interface LoginContext {
  readonly env: Inherited
  readonly client: VaultClient
  readonly mount: string // approle: where the method is mounted, below auth/
  readonly namespace?: string
  readonly signal: AbortSignal
}

export interface LoginRequest {
  readonly path?: string // login, unless it says otherwise
  readonly body: Readonly<Record<string, unknown>>
  readonly isOnly?: boolean // it can't be made again: a part of it was unwrapped
}

export interface LoginMethod {
  readonly mount: string // where it is mounted unless VAULT_AUTH_MOUNT says otherwise
  readonly settings: string // for the hint after a refusal
  /** Whether the environment asks for it without VAULT_AUTH_METHOD. */
  isConfigured?(env: Inherited): boolean
  prepare(context: LoginContext): LoginRequest | Promise<LoginRequest>
}

const SERVICE_ACCOUNT_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token'

/** In the order in which they are tried. */
export const LOGIN_METHODS: Readonly<Record<string, LoginMethod>> = {
  approle: {
    mount: 'approle',
    settings: 'VAULT_ROLE_ID, VAULT_SECRET_ID',
    isConfigured: env => findCredential(env, 'ROLE_ID') !== undefined,
    prepare: async context => {
      const roleId = demand(findCredential(context.env, 'ROLE_ID'), 'approle', 'VAULT_ROLE_ID')
      const secretId = await readSecretId(context)
      const body = { role_id: roleId, ...(secretId !== undefined && { secret_id: secretId }) }
      return { body, isOnly: isWrapped(context.env) }
    },
  },
  jwt: {
    mount: 'jwt',
    settings: 'VAULT_ROLE, VAULT_JWT, VAULT_JWT_FILE',
    isConfigured: env => hasJwt(env) || (findRole(env) !== undefined && hasJobToken(env)),
    prepare: async ({ env, signal }) => ({ body: { ...roleOf(env), jwt: await readJwt(env, signal) } }),
  },
  kubernetes: {
    mount: 'kubernetes',
    settings: 'VAULT_ROLE, VAULT_JWT_FILE',
    isConfigured: env => findRole(env) !== undefined && exists(SERVICE_ACCOUNT_TOKEN),
    prepare: ({ env }) => ({
      body: {
        role: demand(findRole(env), 'kubernetes', 'VAULT_ROLE'),
        jwt: findCredential(env, 'JWT')?.value ?? readServiceAccountToken(env),
      },
    }),
  },
  userpass: { mount: 'userpass', ...passwordLogin('userpass') },
  ldap: { mount: 'ldap', ...passwordLogin('ldap') },
  aws: {
    mount: 'aws',
    settings: 'VAULT_ROLE, VAULT_AWS_REGION, VAULT_AWS_HEADER_VALUE',
    prepare: async ({ env, signal }) => {
      const { signIdentity } = await import('./aws-iam.ts') // AWS is a lot to load for who does not log in by it
      return { body: { ...roleOf(env), ...(await signIdentity(env, signal)) } }
    },
  },
  cert: {
    mount: 'cert',
    settings: 'VAULT_CLIENT_CERT, VAULT_CLIENT_KEY',
    prepare: ({ env }) => {
      const role = findRole(env)
      return { body: role ? { name: role.value } : {} } // without a name the server tries all its roles
    },
  },
}

async function readSecretId({
  env,
  client,
  mount,
  namespace,
  signal,
}: LoginContext): Promise<string | undefined> {
  const secretId = findCredential(env, 'SECRET_ID')
  if (!secretId || !isWrapped(env)) return secretId?.value
  return unwrapSecretId({ client, mount, wrapping: secretId, namespace }, signal)
}

function isWrapped(env: Inherited): boolean {
  const wrapped = findVariable(env, 'SECRET_ID_WRAPPED')
  return wrapped !== undefined && isTrue(wrapped)
}

function passwordLogin(method: string): Omit<LoginMethod, 'mount'> {
  return {
    settings: 'VAULT_USERNAME, VAULT_PASSWORD',
    prepare: ({ env }) => {
      const name = demand(findVariable(env, 'USERNAME'), method, 'VAULT_USERNAME')
      const password = demand(findCredential(env, 'PASSWORD'), method, 'VAULT_PASSWORD')
      return { path: `login/${name}`, body: { password } }
    },
  }
}

// VAULT_ID_TOKEN is what GitLab's documentation calls the job's token for Vault.
function hasJwt(env: Inherited): boolean {
  return findVariable(env, 'JWT', 'JWT_FILE', 'ID_TOKEN') !== undefined
}

function readJwt(env: Inherited, signal: AbortSignal): string | Promise<string> {
  const own = findCredential(env, 'JWT', 'ID_TOKEN')
  if (own) return own.value
  return hasJobToken(env) ? fetchJobToken(env, signal) : readServiceAccountToken(env)
}

function readServiceAccountToken(env: Inherited): string {
  const setting = 'KUBERNETES_SERVICE_ACCOUNT_TOKEN' // a path, as vault-env has it
  return readCredentialFile('the service account token', env[setting] || SERVICE_ACCOUNT_TOKEN)
}

/** VAULT_AUTH_ROLE is GitLab's name for it. */
function findRole(env: Inherited): Variable | undefined {
  return findVariable(env, 'ROLE', 'AUTH_ROLE')
}

function roleOf(env: Inherited): { readonly role?: string } {
  const role = findRole(env)
  return role ? { role: role.value } : {}
}

function demand(variable: Variable | undefined, method: string, setting: string): string {
  if (variable) return variable.value
  throw new SecwrapError('BAD_CONFIG', `${setting} is not set, but the ${method} log-in needs it`)
}
