/**
 * `my-vault/name` → where the vault is and what to ask of it. Everything that Key Vault could not have
 * is refused here, before a request. Sources: Azure "Resource naming rules", Key Vault "About keys,
 * secrets and certificates" (object identifiers, DNS suffixes), Entra "National clouds".
 */
import { SecwrapError } from '../../core/errors.ts'
import type { SecretId } from '../../core/types.ts'
import type { AzureSettings } from './settings.ts'

export interface VaultPlace {
  readonly name: string // my-vault
  readonly origin: string // https://my-vault.vault.azure.net
  readonly store: string // for messages
  readonly authority: string // https://login.microsoftonline.com
  readonly resource?: string // https://vault.azure.net; unknown where the address is a setting
}

export interface SecretPlace {
  readonly vault: VaultPlace
  readonly name: string
  readonly version?: string
  readonly uri: string // as messages name it
}

const CLOUDS = [
  { domain: 'vault.azure.net', authority: 'https://login.microsoftonline.com' },
  { domain: 'vault.azure.cn', authority: 'https://login.chinacloudapi.cn' },
  { domain: 'vault.usgovcloudapi.net', authority: 'https://login.microsoftonline.us' },
] as const
type Cloud = (typeof CLOUDS)[number]
const [PUBLIC] = CLOUDS

/** @throws SecwrapError BAD_TEMPLATE. */
export function locateSecret({ path, version, uri }: SecretId, settings: AzureSettings): SecretPlace {
  const [host = '', name = '', ...rest] = path.split('/')
  const vault = locateVault(host, uri, settings)
  if (rest.length > 0) throw bad(uri, 'the path is not a vault and a name', suggestFor(host, [name, ...rest]))
  if (!/^[0-9a-z-]{1,127}$/i.test(name)) throw badName(uri, host, name)
  if (version === undefined) return { vault, name, uri }
  if (!VERSION.test(version)) throw bad(uri, 'versions are 32 hexadecimal digits')
  return { vault, name, version, uri }
}

/** Of a wildcard, `my-vault/`. @throws SecwrapError BAD_TEMPLATE. */
export function locatePrefix({ path, uri }: SecretId, settings: AzureSettings): VaultPlace {
  const [host = '', ...rest] = path.split('/')
  if (rest.join('/') !== '') throw bad(uri, 'a vault has no folders', `azurekv://${host}/`)
  return locateVault(host, uri, settings)
}

/** Makes one for every vault, when it is first asked for. */
export function forEachVault<T>(create: (place: VaultPlace) => T): (place: VaultPlace) => T {
  const kept = new Map<string, T>()
  return place => {
    const one = kept.get(place.store) ?? create(place)
    kept.set(place.store, one)
    return one
  }
}

const VERSION = /^[0-9a-f]{32}$/i

function locateVault(host: string, uri: string, { endpoint, authority }: AzureSettings): VaultPlace {
  const { name, cloud } = parseHost(host.toLowerCase(), uri, endpoint !== undefined)
  const origin = endpoint?.replace('{vault}', name) ?? `https://${name}.${cloud.domain}`
  return {
    name,
    origin,
    store: `key vault at ${origin}`,
    authority: authority ?? cloud.authority,
    ...(endpoint === undefined && { resource: `https://${cloud.domain}` }),
  }
}

// Of 3 to 24 characters, from a letter to a letter or digit, no two hyphens in a row.
const VAULT = /^[a-z](?!.*--)[a-z0-9-]{1,22}[a-z0-9]$/

function parseHost(host: string, uri: string, isAnywhere: boolean): { name: string; cloud: Cloud } {
  const [name = '', ...labels] = host.split('.')
  const domain = labels.join('.')
  const cloud = domain === '' || isAnywhere ? PUBLIC : CLOUDS.find(known => known.domain === domain)
  if (domain.startsWith('managedhsm.')) throw bad(uri, 'a managed HSM holds keys, not secrets')
  if (!cloud) throw bad(uri, `${host} is not in a cloud that secwrap knows`, 'SECWRAP_AZUREKV_ENDPOINT')
  if (!VAULT.test(name)) throw bad(uri, `${name || 'an empty text'} can't be the name of a vault`)
  return { name, cloud }
}

/** What was meant by the path of a vault's own URL: /secrets/NAME/VERSION. */
function suggestFor(host: string, segments: readonly string[]): string {
  const [name = '', version] = segments[0] === 'secrets' ? segments.slice(1) : segments
  const suffix = version !== undefined && VERSION.test(version) ? `?version=${version}` : ''
  return `azurekv://${host}/${name}${suffix}`
}

function badName(uri: string, host: string, name: string): SecwrapError {
  const possible = name.replace(/[^0-9a-z-]/gi, '-')
  const hint = name === '' ? `azurekv://${host}/NAME` : `azurekv://${host}/${possible}`
  return bad(uri, 'names in a key vault have letters, digits and hyphens only', hint)
}

function bad(uri: string, fact: string, hint?: string): SecwrapError {
  return new SecwrapError('BAD_TEMPLATE', `${uri}: ${fact}`, { ref: uri, ...(hint && { hint }) })
}
