/**
 * The identity of the machine or the app: App Service, Container Apps and Functions by IDENTITY_ENDPOINT,
 * everything else by the metadata service. Sources: "How to use managed identities for App Service",
 * "Azure Instance Metadata Service", and for the probe the clients' DefaultAzureCredential.
 */
import { existsSync } from 'node:fs'
import { SecwrapError } from '../../core/errors.ts'
import { type HttpRequest, type HttpResponse, retryAfterMs, send } from '../../core/http.ts'
import type { Inherited } from '../../core/types.ts'
import { readToken } from './entra.ts'
import type { Audience, Token } from './tokens.ts'

const SOURCE = 'the managed identity'
const IMDS = 'http://169.254.169.254'
const TOKEN_PATH = '/metadata/identity/oauth2/token'
const PROBE_MS = 1_000

/** Service Fabric, Machine Learning, Cloud Shell and Arc, which have ways of their own: left to the SDK. */
export function isUncommon(env: Inherited): boolean {
  if (env.IDENTITY_ENDPOINT && env.IDENTITY_HEADER) return Boolean(env.IDENTITY_SERVER_THUMBPRINT)
  if (env.MSI_ENDPOINT || (env.IDENTITY_ENDPOINT && env.IMDS_ENDPOINT)) return true
  return existsSync('/opt/azcmagent/bin/himds')
}

/**
 * A token, or why there is none.
 *
 * @param mayBeAbsent - ask first whether there is a metadata service at all, and for a second only.
 * @throws SecwrapError UNAVAILABLE, TIMED_OUT.
 */
export async function fetchManagedIdentityToken(
  { resource }: Audience,
  env: Inherited,
  mayBeAbsent: boolean,
  signal: AbortSignal,
): Promise<Token | string> {
  const { IDENTITY_ENDPOINT: endpoint, IDENTITY_HEADER: header, AZURE_CLIENT_ID: clientId } = env
  const identity = clientId ? { client_id: clientId } : {}
  if (endpoint && header) {
    const query = { 'api-version': '2019-08-01', resource, ...identity }
    return ask(urlOf(endpoint, query), { 'X-IDENTITY-HEADER': header }, signal)
  }
  const host = env.AZURE_POD_IDENTITY_AUTHORITY_HOST
  const url = `${host || IMDS}${TOKEN_PATH}`
  if (!host && mayBeAbsent && !(await answers(url, signal))) return 'there is no managed identity here'
  return ask(urlOf(url, { 'api-version': '2018-02-01', resource, ...identity }), { Metadata: 'true' }, signal)
}

function urlOf(endpoint: string, query: Readonly<Record<string, string>>): string {
  const url = URL.parse(endpoint)
  if (!url)
    throw new SecwrapError('BAD_CONFIG', 'the address of the managed identity is not a URL', {
      hint: 'IDENTITY_ENDPOINT, AZURE_POD_IDENTITY_AUTHORITY_HOST',
    })
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return url.href
}

async function ask(
  url: string,
  headers: HttpRequest['headers'],
  signal: AbortSignal,
): Promise<Token | string> {
  const store = `managed identity at ${new URL(url).origin}`
  const response = await send({ store, method: 'GET', url, headers: headers ?? {}, direct: true, signal })
  const { status } = response
  // 404 and 410 are of a metadata service that is being updated.
  if (status >= 500 || [404, 408, 410, 429].includes(status)) throw notNow(response, store)
  return readToken(response, SOURCE) ?? `the managed identity gave no token (HTTP ${status})`
}

function notNow({ status, headers }: HttpResponse, store: string): SecwrapError {
  const afterMs = retryAfterMs(headers)
  const retry = { ...(status === 429 && { throttled: true }), ...(afterMs !== undefined && { afterMs }) }
  return new SecwrapError('UNAVAILABLE', `${store} failed (HTTP ${status})`, { retry })
}

async function answers(url: string, signal: AbortSignal): Promise<boolean> {
  const soon = AbortSignal.any([signal, AbortSignal.timeout(PROBE_MS)])
  try {
    const probe = { store: 'metadata service', method: 'GET', url, direct: true, signal: soon } as const
    return isMetadataService((await send(probe)).status)
  } catch (error) {
    if (signal.aborted) throw error
    return false
  }
}

/**
 * Azure's metadata service refuses a request without its header, or is busy; those of other clouds, at the
 * same address, know no such path or want a header of their own; a container engine says 403 for unreachable.
 */
export function isMetadataService(status: number): boolean {
  return [400, 410, 429].includes(status) || status >= 500
}
