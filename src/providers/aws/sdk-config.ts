/**
 * AWS's own clients over the transport of reading: its credentials, address, authorities, proxy and time limit. An
 * answer that is no success ends here, and does not reach the client, whose errors hold it whole.
 */
import type { SSMClientConfig } from '@aws-sdk/client-ssm'
import { parsePlainJson } from '../../core/json.ts'
import type { AwsPlace } from './client.ts'
import type { GetCredentials } from './credentials.ts'
import { failureOf, notAws } from './failures.ts'
import { answerForSdk, type SdkRequest, sendForSdk } from './sdk-transport.ts'

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

function createHandler(place: AwsPlace, codes: readonly string[]): Record<string, unknown> {
  return {
    async handle(request: SdkRequest, { abortSignal = NEVER }: { abortSignal?: AbortSignal }) {
      const response = await sendForSdk(place, request, abortSignal)
      if (response.status !== 200) throw failureOf(response, place.store, codes)
      if (!isObject(parsePlainJson(response.text))) throw notAws(place.store)
      return answerForSdk(response)
    },
  }
}

// The SDK takes anything for the answer of a call that has none.
function isObject(answer: unknown): boolean {
  return typeof answer === 'object' && answer !== null && !Array.isArray(answer)
}
