/** One request to Vault's HTTP API, and what may be believed of the answer. */
import { SecwrapError } from '../../core/errors.ts'
import { type HttpRequest, type HttpResponse, send } from '../../core/http.ts'
import { isJsonObject, type Json, parseJson } from '../../core/json.ts'
import { failureOf, notVault } from './failures.ts'
import type { VaultSettings } from './settings.ts'

export interface VaultRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string // below /v1/, not encoded
  readonly query?: string // version=3
  readonly token?: string
  readonly namespace?: string | undefined
  readonly body?: Readonly<Record<string, unknown>>
}

export interface VaultAnswer {
  readonly status: number // 2xx, or what is left to the caller: 400, 403, 404, 405
  readonly body: Readonly<Record<string, Json>> // {} where there is none
  readonly text: string
}

export interface VaultClient {
  readonly store: string // `vault at https://vault:8200`, for messages
  /** @throws SecwrapError where the answer is not about the path: see failures.ts, core/http.ts. */
  request(request: VaultRequest, signal: AbortSignal): Promise<VaultAnswer>
}

export function createClient({
  address,
  tls,
  proxy,
}: Pick<VaultSettings, 'address' | 'tls' | 'proxy'>): VaultClient {
  const store = `vault at ${address}`
  return {
    store,
    async request(request, signal) {
      const way = { store, tls, ...(proxy !== undefined && { proxy }), signal }
      const response = await sendTo({ ...describe(request, address), ...way })
      const failure = failureOf(response, store)
      if (failure) throw failure
      return readBody(response, store)
    },
  }
}

/** The texts of an answer's `errors`, joined: to be matched against what we know, never to be shown. */
export function errorsOf({ body }: VaultAnswer): string {
  return Array.isArray(body.errors) ? body.errors.join('\n') : ''
}

function describe(request: VaultRequest, address: string): Pick<HttpRequest, 'method' | 'url' | 'headers'> {
  const { method = 'GET', path, query, token, namespace, body } = request
  return {
    method,
    url: `${address}/v1/${encodeURIComponent(path).replaceAll('%2F', '/')}${query ? `?${query}` : ''}`,
    headers: {
      'X-Vault-Request': 'true', // agents and proxies may ask for it, against forged requests
      ...(token && { 'X-Vault-Token': token }),
      ...(namespace && { 'X-Vault-Namespace': namespace }),
    },
    ...(body && { body: JSON.stringify(body) }),
  }
}

async function sendTo(request: HttpRequest): Promise<HttpResponse> {
  try {
    return await send(request)
  } catch (error) {
    if (!(error instanceof SecwrapError) || error.code === 'TIMED_OUT') throw error
    throw new SecwrapError(error.code, error.message, { ...error.details, hint: settingsFor(request) })
  }
}

/** What may be set wrong where no connection comes about. */
function settingsFor({ url, tls }: HttpRequest): string {
  const ofTls = url.startsWith('https:') ? ['VAULT_CACERT', ...(tls?.cert ? ['VAULT_CLIENT_CERT'] : [])] : []
  return ['VAULT_ADDR', ...ofTls].join(', ')
}

const PEM = /^application\/(x-pem-file|pem-certificate-chain)\b/

function readBody(response: HttpResponse, store: string): VaultAnswer {
  const { status, headers, text } = response
  if (text === '' && status !== 200) return { status, body: {}, text }
  const body = parseJson(text)
  if (isJsonObject(body)) return { status, body, text: '' }
  if (status === 200 && PEM.test(headers.get('content-type') ?? '')) return { status, body: {}, text }
  throw notVault(response, store)
}
