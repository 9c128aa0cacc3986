import { type HttpRequest, send, type TlsOptions } from '../../core/http.ts'
import { parsePlainJson } from '../../core/json.ts'
import type { ProviderContext } from '../../core/types.ts'
import { openCredentials } from './credentials.ts'
import { failureOf, notAws } from './failures.ts'
import { loadProfile } from './profile.ts'
import { type AwsService, addressOf, regionOf, type Sources, tlsOf } from './settings.ts'
import { type AwsCredentials, createSigner, type SignRequest } from './sign.ts'

export interface AwsJsonService extends AwsService {
  readonly title: string // in messages: `parameter store`
  readonly target: string // in front of an action: AmazonSSM
}

export type JsonObject = { readonly [name: string]: unknown }

export interface AwsCall {
  readonly action: string // GetParameters
  readonly input: object
  readonly region: string
  readonly signal: AbortSignal
}

export interface AwsClient {
  /** Where calls go that name no region. @throws SecwrapError BAD_CONFIG where none is set. */
  readonly region: () => string
  /**
   * One call in the JSON 1.1 protocol, signed.
   *
   * @param read - takes what is needed from an answer; undefined where that is not in it.
   * @throws AwsRefusal for an id in it, SecwrapError for whatever is wrong with all calls.
   */
  call<T>(call: AwsCall, read: (answer: JsonObject) => T | undefined): Promise<T>
}

/** Where one region of a service is asked. */
export interface AwsPlace {
  readonly address: URL
  readonly store: string // in messages
  readonly tls?: TlsOptions
}

interface Site extends AwsPlace {
  readonly sign: SignRequest
}

export function createAwsClient(
  service: AwsJsonService,
  options: Readonly<Record<string, string>>,
  { env }: ProviderContext,
): AwsClient {
  const sources: Sources = { options, env, profile: loadProfile(env, options.profile) }
  const credentials = openCredentials(sources)
  let region: string | undefined
  const sites = new Map<string, Site>()
  const siteOf = (region: string) => {
    const site = sites.get(region) ?? openSite(service, region, sources)
    sites.set(region, site)
    return site
  }

  return {
    region() {
      region ??= regionOf(sources)
      return region
    },
    async call(call, read) {
      const site = siteOf(call.region)
      const request = signCall(call, service, site, await credentials(call.region, call.signal))
      const response = await send({ ...request, signal: call.signal })
      if (response.status !== 200) throw failureOf(response, site.store)
      const answer = parsePlainJson(response.text)
      const result = typeof answer === 'object' && answer !== null ? read(answer as JsonObject) : undefined
      if (result === undefined) throw notAws(site.store)
      return result
    },
  }
}

/** @throws SecwrapError BAD_CONFIG. */
export function placeOf(service: AwsJsonService, region: string, sources: Sources): AwsPlace {
  const address = addressOf(service, region, sources)
  const tls = tlsOf(address, sources)
  return { address, store: `${service.title} at ${address.origin}`, ...(tls && { tls }) }
}

function openSite(service: AwsJsonService, region: string, sources: Sources): Site {
  return { ...placeOf(service, region, sources), sign: createSigner(service.name, region) }
}

function signCall(
  { action, input }: AwsCall,
  { target }: AwsJsonService,
  { address, store, sign, tls }: Site,
  credentials: AwsCredentials,
): Omit<HttpRequest, 'signal'> {
  const body = JSON.stringify(input)
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `${target}.${action}` }
  return {
    ...{ store, method: 'POST', url: address.href, body, ...(tls && { tls }) },
    headers: sign({ url: address, headers, body }, credentials),
  }
}
