/** What the environment says of Azure, by the names that its own clients use. */
import { SecwrapError } from '../../core/errors.ts'
import type { TlsOptions } from '../../core/http.ts'
import type { Inherited } from '../../core/types.ts'
import { readSecretFile } from '../shared/read-file.ts'

export interface AzureSettings {
  readonly env: Inherited
  /** Instead of the vault's own address; `{vault}` in it stands for the vault's name. */
  readonly endpoint?: string
  readonly authority?: string // https://login.microsoftonline.us
  readonly tenant?: string // id or domain
  readonly tls: TlsOptions
}

/** @throws SecwrapError BAD_CONFIG, DENIED (the file of authorities). */
export function readSettings(env: Inherited): AzureSettings {
  return {
    env,
    tls: readTls(env),
    ...(env.SECWRAP_AZUREKV_ENDPOINT && { endpoint: readEndpoint(env.SECWRAP_AZUREKV_ENDPOINT) }),
    ...(env.AZURE_AUTHORITY_HOST && { authority: readAuthority(env.AZURE_AUTHORITY_HOST) }),
    ...(env.AZURE_TENANT_ID && { tenant: readTenant(env.AZURE_TENANT_ID) }),
  }
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/

function readEndpoint(text: string): string {
  const url = URL.parse(text.replace('{vault}', 'vault'))
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.test(url.hostname))
  if (!isSafe || !isBare(url)) {
    throw bad('SECWRAP_AZUREKV_ENDPOINT', 'https://{vault}.vault.example, or http:// to this machine')
  }
  return text.replace(/\/$/, '')
}

function readAuthority(text: string): string {
  const url = URL.parse(text.includes('://') ? text : `https://${text}`)
  if (url?.protocol !== 'https:' || !isBare(url)) {
    throw bad('AZURE_AUTHORITY_HOST', 'https://login.microsoftonline.com')
  }
  return url.origin
}

function isBare({ pathname, search, hash, username, password }: URL): boolean {
  return pathname === '/' && `${search}${hash}${username}${password}` === ''
}

function readTenant(text: string): string {
  if (/^[0-9a-z.-]+$/i.test(text)) return text
  throw bad('AZURE_TENANT_ID', 'the id of the directory, or a domain of it')
}

/** The variable that `az` has for it. Without it the runtime's own authorities hold, NODE_EXTRA_CA_CERTS too. */
function readTls({ REQUESTS_CA_BUNDLE: path }: Inherited): TlsOptions {
  if (!path) return {}
  const file = readSecretFile(path, 'REQUESTS_CA_BUNDLE')
  if (!file) throw new SecwrapError('BAD_CONFIG', `REQUESTS_CA_BUNDLE: there is no file ${path}`)
  return { ca: file.text }
}

function bad(name: string, expected: string): SecwrapError {
  return new SecwrapError('BAD_CONFIG', `${name} is not valid`, { hint: `${name}: ${expected}` })
}
