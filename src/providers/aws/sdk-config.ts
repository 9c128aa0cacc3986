/**
 * AWS's own clients over the transport of reading: its credentials, address, authorities, proxy and time limit. An
 * answer that is no success ends here, and does not reach the client, whose errors hold it whole.
 */
import type { SSMClientConfig } from '@aws-sdk/client-ssm'
import { type HttpResponse, send } from '../../core/http.ts'
import { parsePlainJson } from '../../core/json.ts'
import type { AwsPlace } from './client.ts'
import type { GetCredentials } from './credentials.ts'
import { failureOf, notAws } from './failures.ts'

/** What every client of the SDK can be made with. */
export type SdkConfig = Pick<
  SSMClientConfig,
  | 'authSchemePreference'
  | 'credentials'
  | 'defaultsMode'
  | 'endpoint'
  | 'maxAttempts'
  | 'region'
  | 'requestHandler'
  | 'retryMode'
  | 'useDualstackEndpoint'
  | 'useFipsEndpoint'
  | 'userAgentAppId'
>

/** Retries are resolve/retry.ts's. What is named here is not looked up in files and variables by the SDK. */
export function configOf(
  place: AwsPlace,
  region: string,
  credentials: GetCredentials,
  codes: readonly string[],
): SdkConfig {
  return {
    region,
    endpoint: place.address.href,
    useFipsEndpoint: false, // the address has it already
    useDualstackEndpoint: false,
    credentials: async () => {
      const { expiresAtMs, ...keys } = await credentials(region, NEVER)
      return { ...keys, ...(expiresAtMs !== undefined && { expiration: new Date(expiresAtMs) }) }
    },
    requestHandler: createHandler(place, codes),
    maxAttempts: 1,
    retryMode: 'standard',
    defaultsMode: 'standard',
    authSchemePreference: [],
    userAgentAppId: async () => undefined,
  }
}

const NEVER = new AbortController().signal

/** A request as the SDK hands it to a transport. */
interface SdkRequest {
  readonly protocol: string // https:
  readonly hostname: string
  readonly port?: number
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

function createHandler(place: AwsPlace, codes: readonly string[]): Record<string, unknown> {
  return {
    async handle(request: SdkRequest, { abortSignal = NEVER }: { abortSignal?: AbortSignal }) {
      const response = await sendTo(place, request, abortSignal)
      if (response.status !== 200) throw failureOf(response, place.store, codes)
      if (!isObject(parsePlainJson(response.text))) throw notAws(place.store)
      const body = new TextEncoder().encode(response.text)
      return { response: { statusCode: 200, headers: Object.fromEntries(response.headers), body } }
    },
  }
}

// The SDK takes anything for the answer of a call that has none.
function isObject(answer: unknown): boolean {
  return typeof answer === 'object' && answer !== null && !Array.isArray(answer)
}

function sendTo(
  { store, tls }: AwsPlace,
  { protocol, hostname, port, path, headers, body }: SdkRequest,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const url = `${protocol}//${hostname}${port ? `:${port}` : ''}${path}`
  const { host: _, 'content-length': __, ...others } = headers // signed, and set the same by fetch
  return send({ store, method: 'POST', url, headers: others, body, signal, ...(tls && { tls }) })
}
