/** A secret, and what a log-in needs in order to read it: for tests of log-ins. */
import type { Inherited } from '../../../src/core/types.ts'
import { uniqueName } from '../../lab/index.ts'
import { idOf, openVault, read, type Vault } from './store.ts'

export const VALUE = 'planted-login-value'
export const READ = JSON.stringify({ value: VALUE })

export interface LoginLab {
  readonly vault: Vault
  readonly mount: string
  readonly policy: string // to read the secret `app`
  readonly address: Inherited
  /** Reads the secret with these settings, and no token file around. */
  readApp(env: Inherited): Promise<string | undefined>
  /** A new log-in method of a type. @returns its mount. */
  enable(type: string): Promise<string>
  createAppRole(more?: object): Promise<AppRole>
}

export interface AppRole {
  readonly env: {
    readonly VAULT_AUTH_MOUNT: string
    readonly VAULT_ROLE_ID: string
    readonly VAULT_SECRET_ID: string
  }
  readonly role: string // auth/approle-1f0c9a2e/role/app
  readonly mount: string
  createSecretId(): Promise<string>
}

export async function openLoginLab(): Promise<LoginLab> {
  const vault = openVault()
  const mount = await vault.mount('kv', 'kv', { version: '2' })
  const policy = await vault.createPolicy(`path "${mount}/data/app" { capabilities = ["read"] }`)
  await vault.call('POST', `${mount}/data/app`, { data: { value: VALUE } })
  const address = { VAULT_ADDR: vault.address, HOME: '/nonexistent' }
  const enable = async (type: string) => {
    const path = uniqueName(type)
    await vault.call('POST', `sys/auth/${path}`, { type })
    return path
  }
  return {
    vault,
    mount,
    policy,
    address,
    enable,
    readApp: env => read({ ...address, ...env }, idOf(`${mount}/app`)),
    createAppRole: async (more = {}) =>
      createAppRole(vault, await enable('approle'), { token_policies: policy, ...more }),
  }
}

async function createAppRole(vault: Vault, mount: string, settings: object): Promise<AppRole> {
  const role = `auth/${mount}/role/app`
  await vault.call('POST', role, { token_ttl: '1m', ...settings })
  const roleId = await vault.call('GET', `${role}/role-id`)
  const createSecretId = async () => dataOf(await vault.call('POST', `${role}/secret-id`), 'secret_id')
  const env = {
    VAULT_AUTH_MOUNT: mount,
    VAULT_ROLE_ID: dataOf(roleId, 'role_id'),
    VAULT_SECRET_ID: await createSecretId(),
  }
  return { env, role, mount, createSecretId }
}

function dataOf(answer: Record<string, unknown>, name: string): string {
  const { [name]: value } = answer.data as Record<string, string>
  if (value === undefined) throw new Error(`no ${name}`)
  return value
}
