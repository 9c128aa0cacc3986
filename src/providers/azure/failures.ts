/**
 * Answers other than the secret. Codes are matched against lists and told in our words, as the vault's own
 * sentences name identities and addresses. Sources: Azure Key Vault, "REST API error codes" and "throttling
 * guidance"; the recorded answers in the tests of Azure's own clients (innererror).
 */
import { SecwrapError } from '../../core/errors.ts'
import { type HttpResponse, retryAfterMs } from '../../core/http.ts'
import { isJsonObject, type Json, parseJson } from '../../core/json.ts'
import type { SecretPlace, VaultPlace } from './names.ts'

/** @returns undefined where the answer is about the path, and the caller's to judge. */
export function failureOf(response: HttpResponse, store: string): SecwrapError | undefined {
  const { status, headers } = response
  const afterMs = retryAfterMs(headers)
  const wish = afterMs !== undefined && { afterMs }
  if (status === 429) {
    return new SecwrapError('UNAVAILABLE', `${store} limits the rate of requests`, {
      retry: { throttled: true, ...wish },
    })
  }
  if (status >= 500 || status === 408) {
    return new SecwrapError('UNAVAILABLE', `${store} failed (HTTP ${status})`, { retry: { ...wish } })
  }
  return status >= 300 && status < 400 ? notKeyVault(response, store) : undefined
}

/** An answer in another language: a proxy's page, a portal's redirect. */
export function notKeyVault({ status }: HttpResponse, store: string): SecwrapError {
  return new SecwrapError('UNAVAILABLE', `${store} does not answer as a key vault does (HTTP ${status})`)
}

/** What a vault's policies and roles give, by their own names. */
export type Right = 'get' | 'list' | 'set' | 'delete' | 'recover' | 'purge'

/** Undefined for a secret or version that does not exist. @throws SecwrapError for everything else. */
export function explainAnswer(response: HttpResponse, place: SecretPlace, right: Right = 'get'): undefined {
  const { vault, name, uri } = place
  const { code, inner } = errorOf(response)
  if (response.status === 404 && code === 'SecretNotFound') return undefined
  if (response.status === 409) throw inBetween(place, inner, right)
  if (inner === 'SecretDisabled') {
    throw new SecwrapError('DENIED', `${uri} is disabled`, {
      ref: uri,
      hint: `az keyvault secret set-attributes --vault-name ${vault.name} --name ${name} --enabled true`,
    })
  }
  if (response.status === 400 && right === 'set') {
    throw new SecwrapError(
      'BAD_VALUE',
      `${vault.store} does not take this value, which must be text of at most 25 KB`,
      {
        ref: uri,
      },
    )
  }
  throw response.status === 403 ? forbidden(vault, inner, right, uri) : refused(response, vault, uri)
}

/** @throws SecwrapError why a vault's list can't be had. */
export function explainList(response: HttpResponse, vault: VaultPlace, uri: string): never {
  throw response.status === 403
    ? forbidden(vault, errorOf(response).inner, 'list', uri)
    : refused(response, vault, uri)
}

/** A deleted secret keeps its name, and is gone for who reads. On its way there or back it soon is one or the other. */
function inBetween({ vault, name, uri }: SecretPlace, inner: string, right: Right): SecwrapError {
  const fact = inner === 'ObjectIsDeletedButRecoverable' ? 'is deleted' : 'is being deleted or recovered'
  const details = { ref: uri, hint: `az keyvault secret recover --vault-name ${vault.name} --name ${name}` }
  if (right === 'get') return new SecwrapError('NOT_FOUND', `${uri} ${fact}`, details)
  if (fact === 'is deleted')
    return new SecwrapError('CONFLICT', `${uri} is deleted, but still holds its name`, details)
  return new SecwrapError('CONFLICT', `${uri} ${fact}`, { ref: uri, retry: {} })
}

const DENIALS: Readonly<Record<string, (right: Right, vault: string) => [fact: string, hint: string]>> = {
  ForbiddenByPolicy: (right, vault) => [
    `no access policy lets this identity ${right} secrets`,
    `az keyvault set-policy --name ${vault} --secret-permissions ${right} --object-id …`,
  ],
  ForbiddenByRbac: right => [
    `no role lets this identity ${right} secrets`,
    `az role assignment create --role "Key Vault Secrets ${READING.includes(right) ? 'User' : 'Officer'}" --assignee …`,
  ],
  ForbiddenByFirewall: (_, vault) => [
    'its firewall does not let this address in',
    `az keyvault network-rule add --name ${vault} --ip-address …`,
  ],
  ForbiddenByConnection: (_, vault) => [
    'it takes connections over its private link only',
    `az keyvault show --name ${vault} --query properties.privateEndpointConnections`,
  ],
}
const OLDER: Readonly<Record<string, string>> = { AccessDenied: 'ForbiddenByPolicy' }
const READING: readonly Right[] = ['get', 'list']

function forbidden({ name, store }: VaultPlace, inner: string, right: Right, uri: string): SecwrapError {
  const key = OLDER[inner] ?? inner
  const describe = Object.hasOwn(DENIALS, key) ? DENIALS[key] : undefined
  const protection = right === 'purge' ? 'it is protected from purging, or ' : ''
  const [fact, hint] = describe?.(right, name) ?? [
    `${protection}this identity may not ${right} secrets`,
    'az role assignment list --assignee …',
  ]
  return new SecwrapError('DENIED', `${store}: ${fact}`, { ref: uri, hint })
}

function refused(response: HttpResponse, { store }: VaultPlace, uri: string): SecwrapError {
  if (errorOf(response).code === '') return notKeyVault(response, store)
  return new SecwrapError('BAD_CONFIG', `${store} refuses the request for ${uri} (HTTP ${response.status})`, {
    ref: uri,
  })
}

/** `{"error":{"code":"Forbidden","message":"…","innererror":{"code":"SecretDisabled"}}}`; '' where there is none. */
function errorOf({ text }: HttpResponse): { code: string; inner: string } {
  const body = parseJson(text)
  const error = isJsonObject(body) ? body.error : undefined
  return {
    code: codeOf(error),
    inner: isJsonObject(error) ? codeOf(error.innererror ?? error.innerError) : '',
  }
}

function codeOf(value: Json | undefined): string {
  return isJsonObject(value) && typeof value.code === 'string' ? value.code : ''
}
