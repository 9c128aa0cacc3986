/**
 * What a vault says of the token that it wants: `Bearer authorization="https://login.windows.net/TENANT",
 * resource="https://vault.azure.net"`. Source: Key Vault, "Authentication, requests and responses".
 */
import { SecwrapError } from '../../core/errors.ts'
import type { VaultPlace } from './names.ts'

export interface Challenge {
  readonly resource: string // https://vault.azure.net
  readonly tenant?: string
}

/**
 * Undefined where there is none to be read.
 *
 * @throws SecwrapError BAD_CONFIG where it asks for a token of a service that the vault is no part of:
 * whoever answers could use such a token elsewhere. The address of a log-in is never taken from it.
 */
export function readChallenge(headers: Headers, place: VaultPlace): Challenge | undefined {
  const parameters = new Map<string, string>()
  for (const [, name = '', value = ''] of (headers.get('www-authenticate') ?? '').matchAll(PARAMETER)) {
    parameters.set(name.toLowerCase(), value)
  }
  const resource = (parameters.get('resource') ?? parameters.get('scope'))?.replace(/\/\.default$/, '')
  if (!resource) return undefined
  checkResource(resource, place)
  const tenant = tenantOf(parameters.get('authorization') ?? parameters.get('authorization_uri'))
  return { resource, ...(tenant && { tenant }) }
}

const PARAMETER = /([a-z_]+)="([^"]*)"/gi

function checkResource(resource: string, { resource: known, origin, store }: VaultPlace): void {
  if (known === undefined) return // SECWRAP_AZUREKV_ENDPOINT says that this address is trusted
  const url = URL.parse(resource)
  if (url?.protocol === 'https:' && new URL(origin).hostname.endsWith(`.${url.hostname}`)) return
  throw new SecwrapError('BAD_CONFIG', `${store} asks for a token for another service, which is not sent`)
}

function tenantOf(authorization: string | undefined): string | undefined {
  const tenant = URL.parse(authorization ?? '')?.pathname.split('/')[1]
  return tenant && /^[0-9a-z.-]+$/i.test(tenant) ? tenant : undefined
}
