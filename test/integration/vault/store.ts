/** What Vault's tests share: mounts and tokens of their own on the lab's dev server, and one read by one provider. */
import { isJsonObject, parseJson } from '../../../src/core/json.ts'
import type { Inherited, ProviderContext, SecretId } from '../../../src/core/types.ts'
import { createProvider } from '../../../src/providers/vault.ts'
import { callOpenBao, type OpenBao, openLab, uniqueName } from '../../lab/index.ts'
import { deadline, readAll } from '../contract/store.ts'

export interface Vault extends OpenBao {
  call(method: string, path: string, body?: object, namespace?: string): Promise<Record<string, unknown>>
  /** A new mount with a name of its own, without a slash at its end. */
  mount(prefix: string, type: string, options?: Readonly<Record<string, string>>): Promise<string>
  /** A token with nothing but these rules and the default policy. */
  createToken(rules: string, more?: object): Promise<string>
  createPolicy(rules: string): Promise<string>
  /** A new namespace with a KV version 2 mount at `kv`. */
  createNamespace(): Promise<string>
}

export function openVault(server: OpenBao = openLab().openbao): Vault {
  const call: Vault['call'] = (method, path, body, namespace) =>
    callOpenBao(server, method, path, body, namespace ? { 'X-Vault-Namespace': namespace } : {})
  const createPolicy = async (rules: string) => {
    const policy = uniqueName('policy')
    await call('PUT', `sys/policies/acl/${policy}`, { policy: rules })
    return policy
  }
  return {
    ...server,
    call,
    createPolicy,
    async mount(prefix, type, options) {
      const path = uniqueName(prefix)
      await call('POST', `sys/mounts/${path}`, { type, ...(options && { options }) })
      if (options?.version === '2') await untilReady(() => call('GET', `${path}/config`))
      return path
    },
    async createNamespace() {
      const namespace = uniqueName('ns')
      await call('POST', `sys/namespaces/${namespace}`)
      await call('POST', 'sys/mounts/kv', { type: 'kv', options: { version: '2' } }, namespace)
      await untilReady(() => call('GET', 'kv/config', undefined, namespace))
      return namespace
    },
    async createToken(rules, more = {}) {
      const policies = [await createPolicy(rules)]
      return tokenOf(await call('POST', 'auth/token/create', { policies, ...more }))
    },
  }
}

/** A KV version 2 mount refuses everything for some moments after it was made. */
async function untilReady(ask: () => Promise<unknown>): Promise<void> {
  const isReady = () =>
    ask().then(
      () => true,
      () => false,
    )
  while (!(await isReady())) await new Promise(resolve => setTimeout(resolve, 10))
}

export function tokenOf({ auth }: Record<string, unknown>): string {
  return (auth as { client_token: string }).client_token
}

export function wrapOf({ wrap_info }: Record<string, unknown>): string {
  return (wrap_info as { token: string }).token
}

/** The lab's Vault as root sees it, in the variables of its own CLI. */
export function rootEnv({ address, rootToken }: OpenBao): Inherited {
  return { VAULT_ADDR: address, VAULT_TOKEN: rootToken }
}

export function idOf(path: string, version?: string): SecretId {
  const uri = `vault://${path}${version === undefined ? '' : `?version=${version}`}`
  return { uri, scheme: 'vault', path, options: {}, ...(version !== undefined && { version }) }
}

export function contextOf(env: Inherited): ProviderContext & { readonly warnings: string[] } {
  const warnings: string[] = []
  return { env, warn: text => warnings.push(text), warnings }
}

/** Reads one id by a provider of its own, which is closed again. The text, or undefined where it does not exist. */
export async function read(
  env: Inherited,
  id: SecretId,
  options: Readonly<Record<string, string>> = {},
  signal = deadline(),
): Promise<string | undefined> {
  const provider = createProvider(options, contextOf(env))
  try {
    const found = (await readAll(provider, [id], signal)).get(id)
    return found && 'reveal' in found ? found.reveal() : undefined
  } finally {
    await provider.close?.()
  }
}

/** One field of a map, as text. @throws Error where it is none. */
export function fieldOf(text: string | undefined, name: string): string {
  const map = parseJson(text ?? '')
  const field = isJsonObject(map) ? map[name] : undefined
  if (typeof field === 'string') return field
  throw new Error(`no text in the field ${name}`)
}

/** A database mount with the role `app`, whose users live for a minute. */
export async function createDatabase(vault: Vault): Promise<string> {
  const { host, port, user, password, database } = openLab().postgres
  const mount = await vault.mount('database', 'database')
  await vault.call('POST', `${mount}/config/pg`, {
    plugin_name: 'postgresql-database-plugin',
    allowed_roles: '*',
    connection_url: `postgresql://{{username}}:{{password}}@${host}:${port}/${database}?sslmode=disable`,
    username: user,
    password,
  })
  await vault.call('POST', `${mount}/roles/app`, {
    db_name: 'pg',
    default_ttl: '60s',
    creation_statements: `CREATE ROLE "{{name}}" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'`,
  })
  return mount
}

/** A PKI mount with the roles `web`, for app.local and any address, and `leased`, whose certificates have leases. */
export async function createAuthority(vault: Vault): Promise<string> {
  const mount = await vault.mount('pki', 'pki')
  const key = { key_type: 'ec', key_bits: 256 }
  const root = { common_name: 'the authority', ttl: '30h', ...key }
  await vault.call('POST', `${mount}/root/generate/internal`, root)
  const role = { allowed_domains: 'app.local', allow_bare_domains: true, ttl: '1h', ...key }
  await vault.call('POST', `${mount}/roles/web`, role)
  await vault.call('POST', `${mount}/roles/leased`, { ...role, generate_lease: true })
  return mount
}

/** A database role whose users live eight seconds, and a policy to make and revoke them. */
export async function createUsers(
  vault: Vault,
): Promise<{ reference: string; policy: string; path: string }> {
  const mount = await createDatabase(vault)
  await vault.call('POST', `${mount}/roles/short`, {
    db_name: 'pg',
    default_ttl: '8s',
    max_ttl: '60s',
    creation_statements: `CREATE ROLE "{{name}}" LOGIN PASSWORD '{{password}}'`,
  })
  const path = `${mount}/creds/short`
  const policy = await vault.createPolicy(`path "${path}" { capabilities = ["read"] }
path "sys/leases/revoke" { capabilities = ["update"] }`)
  return { reference: `vault://${path}#username`, policy, path }
}
