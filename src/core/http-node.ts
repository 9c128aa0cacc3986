/**
 * `fetch` under Node, where custom authorities, client certificates and the proxy variables
 * need a dispatcher of their own. Bun's `fetch` takes these as options (http.ts).
 */
import type { Dispatcher } from 'undici'
import type { HttpRequest, TlsOptions } from './http.ts'

export async function nodeFetch(
  url: string,
  init: RequestInit,
  { tls = {}, direct = false, proxy }: Pick<HttpRequest, 'tls' | 'direct' | 'proxy'> = {},
): Promise<Response> {
  const way = direct ? 'direct' : (proxy ?? (usesProxy() ? 'environment' : 'direct'))
  // With NODE_USE_ENV_PROXY Node's own `fetch` takes the proxy for everything.
  if (way === 'direct' && !usesProxy() && !needsDispatcher(url, tls)) return fetch(url, init)
  const { fetch: fetchWithDispatcher } = await import('undici')
  const dispatcher = await openDispatcher(tls, way)
  return (await fetchWithDispatcher(url, { ...init, dispatcher } as never)) as unknown as Response
}

// One a set of TLS options, so that requests to one store share connections. Nobody closes them: the process
// either becomes the command or exits.
const dispatchers = new Map<string, Promise<Dispatcher>>()

function openDispatcher(tls: TlsOptions, way: string): Promise<Dispatcher> {
  const key = JSON.stringify([tls, way])
  const dispatcher = dispatchers.get(key) ?? createDispatcher(tls, way)
  dispatchers.set(key, dispatcher)
  return dispatcher
}

async function createDispatcher(
  { serverName, insecure = false, ...pem }: TlsOptions,
  way: string, // direct, environment, or the address of a proxy
): Promise<Dispatcher> {
  const { Agent, EnvHttpProxyAgent } = await import('undici')
  const connect = {
    ...pem,
    rejectUnauthorized: !insecure,
    ...(serverName !== undefined && { servername: serverName }),
  }
  if (way === 'direct') return new Agent({ connect })
  const proxy = way === 'environment' ? {} : { httpProxy: way, httpsProxy: way, noProxy: '' }
  return new EnvHttpProxyAgent({ connect, requestTls: connect, ...proxy })
}

function needsDispatcher(url: string, tls: TlsOptions): boolean {
  return url.startsWith('https:') && (Object.keys(tls).length > 0 || isVerificationOff())
}

// Node would otherwise let this variable switch off the check of every certificate.
function isVerificationOff(): boolean {
  return process.env.NODE_TLS_REJECT_UNAUTHORIZED === '0'
}

function usesProxy(): boolean {
  const { env } = process
  return Boolean(env.HTTPS_PROXY || env.https_proxy || env.HTTP_PROXY || env.http_proxy)
}
