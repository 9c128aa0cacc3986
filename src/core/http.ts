/**
 * The one transport of the read path: the runtime's own `fetch`, held on a short lead.
 *
 * Redirects are not followed (a token would travel along), nothing is printed whatever debug
 * variable is set, a response has a size limit, and every failure becomes a SecwrapError that
 * says who did not answer and why, by code alone. HTTP statuses are left to the caller.
 */
import { SecwrapError } from './errors.ts'
import { readText } from './http-text.ts'

export interface TlsOptions {
  readonly ca?: string // PEM; replaces the built-in authorities
  readonly cert?: string // PEM, client certificate
  readonly key?: string // PEM
  readonly serverName?: string // the name in the server's certificate, where it is not the host's
  readonly insecure?: boolean // the user asked for no verification (VAULT_SKIP_VERIFY)
}

export interface HttpRequest {
  readonly store: string // who is asked, as a message names it: `vault at https://vault:8200`
  readonly method: 'GET' | 'POST' | 'PUT' | 'LIST' | 'DELETE' | 'PATCH'
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly tls?: TlsOptions
  readonly direct?: boolean // past any proxy: metadata services of this machine, which answer with credentials
  readonly proxy?: string // the way to this store, whatever HTTPS_PROXY and its kin say
  readonly signal: AbortSignal
}

export interface HttpResponse {
  readonly status: number
  readonly headers: Headers
  readonly text: string // of at most 32 MiB
}

let requests = 0

/** How many requests this process has made, tries included. */
export function countRequests(): number {
  return requests
}

/** @throws SecwrapError UNAVAILABLE (retry where that may help), BAD_CONFIG (certificates), TIMED_OUT. */
export async function send(request: HttpRequest): Promise<HttpResponse> {
  requests++
  try {
    const response = await fetchOnce(request)
    return {
      status: response.status,
      headers: response.headers,
      text: await readText(response, request.store),
    }
  } catch (error) {
    throw error instanceof SecwrapError ? error : describeFailure(error, request)
  }
}

/** What the store wishes by Retry-After, in milliseconds; undefined where it says nothing that can be read. */
export function retryAfterMs(headers: Headers, now = Date.now()): number | undefined {
  const text = headers.get('retry-after')
  if (text === null) return undefined
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now
  return ms >= 0 ? ms : undefined
}

async function fetchOnce(request: HttpRequest): Promise<Response> {
  const { url, method, headers = {}, body, signal } = request
  const init: RequestInit = {
    method,
    headers,
    signal,
    redirect: 'manual',
    ...(body !== undefined && { body }),
  }
  if (process.versions.bun) return fetch(url, { ...init, ...bunOptions(request) } as RequestInit)
  const { nodeFetch } = await import('./http-node.ts')
  return nodeFetch(url, init, request)
}

function bunOptions({ url, tls, proxy, direct = false }: HttpRequest): object {
  // BUN_CONFIG_VERBOSE_FETCH would print every header, tokens too.
  const plain = { verbose: false, ...(proxy !== undefined && { proxy }), ...(direct && { proxy: false }) }
  if (!url.startsWith('https:')) return plain
  const { ca, cert, key, serverName, insecure = false } = tls ?? {}
  return {
    ...plain,
    tls: {
      rejectUnauthorized: !insecure, // said always, so that NODE_TLS_REJECT_UNAUTHORIZED has no part in it
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
      ...(serverName !== undefined && { serverName }),
    },
  }
}

// What may be named of a failure. Anything else could be a library's sentence with a value in it.
const CODE = /^[A-Z][A-Z0-9_]{2,60}$/
// EPROTO is Bun's word for a TLS handshake that failed: plain HTTP on that port, or a certificate is asked for.
const CERTIFICATE = /CERT|ISSUER|SELF_SIGNED|ALTNAME|UNABLE_TO_VERIFY|ERR_SSL|ERR_TLS|ERR_OSSL|EPROTO/

/** Also of what a vendor's client throws when it gets no answer: by its code alone. */
export function describeFailure(
  error: unknown,
  { store, signal }: Pick<HttpRequest, 'store' | 'signal'>,
): SecwrapError {
  if (signal.aborted)
    return new SecwrapError('TIMED_OUT', `${store} did not answer in time`, { hint: '--timeout' })
  const code = codeOf(error)
  if (code && CERTIFICATE.test(code)) {
    return new SecwrapError('BAD_CONFIG', `${store}: no trusted TLS connection (${code})`)
  }
  return new SecwrapError('UNAVAILABLE', `${store} can't be reached (${code ?? 'no response'})`, {
    retry: {},
  })
}

function codeOf(error: unknown, depth = 0): string | undefined {
  if (typeof error !== 'object' || error === null || depth > 4) return undefined
  const { code, cause } = error as { code?: unknown; cause?: unknown }
  if (typeof code === 'string' && CODE.test(code)) return code
  return codeOf(cause, depth + 1)
}
