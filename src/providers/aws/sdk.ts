/**
 * AWS's own clients, for the verbs that write and administer. They form the requests and sign them; credentials,
 * address, transport and the words for what fails are those of reading.
 */
import type { SSMClientConfig } from '@aws-sdk/client-ssm'
import { SecwrapError } from '../../core/errors.ts'
import { describeFailure, type HttpResponse, send } from '../../core/http.ts'
import { parsePlainJson } from '../../core/json.ts'
import type { ProviderContext, SecretId } from '../../core/types.ts'
import { regionInArn } from './arn.ts'
import { type AwsJsonService, type AwsPlace, placeOf } from './client.ts'
import { type GetCredentials, openCredentials } from './credentials.ts'
import { AwsRefusal, failureOf, notAws } from './failures.ts'
import { loadProfile } from './profile.ts'
import { type Deed, explainRefusal, type Subject } from './refusals.ts'
import { regionOf, type Sources } from './settings.ts'

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

/** What is asked, and of which secret or path. */
export interface Question {
  readonly id: SecretId
  readonly action: string // PutParameter
  readonly deed: Deed
  readonly signal: AbortSignal
}

/**
 * One call. Undefined where the store has no such name.
 *
 * @param run - sends one command and takes what is needed from its answer; undefined where that is not in it.
 * @throws SecwrapError.
 */
export type Ask<Client> = <T>(
  question: Question,
  run: (client: Client, options: { readonly abortSignal: AbortSignal }) => Promise<T | undefined>,
) => Promise<T | undefined>

/** What codes mean that reading does not meet; undefined where they mean the same. */
export type Explanations = Readonly<
  Record<string, (subject: Subject, refusal: AwsRefusal) => SecwrapError | undefined>
>

export interface SdkService<Client> {
  readonly service: AwsJsonService
  readonly noun: Subject['noun']
  readonly arnOf: (id: SecretId, region: string) => string
  readonly grantedForAll: string // the action that a policy can't narrow down to some names
  readonly explanations: Explanations
  readonly open: (config: SdkConfig) => Client
}

export function createAsk<Client>(
  { service, noun, arnOf, grantedForAll, explanations, open }: SdkService<Client>,
  options: Readonly<Record<string, string>>,
  { env }: ProviderContext,
): Ask<Client> {
  const sources: Sources = { options, env, profile: loadProfile(env, options.profile) }
  const credentials = openCredentials(sources)
  const codes = Object.keys(explanations)
  const clients = new Map<string, Client>()
  const clientAt = (place: AwsPlace, region: string) => {
    const client = clients.get(region) ?? open(configOf(place, region, credentials, codes))
    clients.set(region, client)
    return client
  }

  return async ({ id, action, deed, signal }, run) => {
    const region = regionInArn(id.path) ?? regionOf(sources)
    const place = placeOf(service, region, sources)
    const arn = action === grantedForAll ? '*' : arnOf(id, region)
    try {
      await credentials(region, signal) // kept, and so within the time limit
      const result = await run(clientAt(place, region), { abortSignal: signal })
      if (result === undefined) throw notAws(place.store)
      return result
    } catch (error) {
      if (!(error instanceof AwsRefusal)) throw describeError(error, place.store, signal)
      const subject = { id, deed, noun, permission: `${service.name}:${action}`, arn }
      return explain(error, subject, explanations)
    }
  }
}

/** Retries are resolve/retry.ts's. What is named here is not looked up in files and variables by the SDK. */
function configOf(
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

/** Undefined where there is no such name. */
function explain(refusal: AwsRefusal, subject: Subject, explanations: Explanations): undefined {
  const { code } = refusal
  const own = Object.hasOwn(explanations, code) ? explanations[code] : undefined
  const problem = own?.(subject, refusal) ?? explainRefusal(refusal, subject)
  if (problem) throw problem
  return undefined
}

/** The SDK's own errors hold the answer, with what is secret in it. */
function describeError(error: unknown, store: string, signal: AbortSignal): SecwrapError {
  if (error instanceof SecwrapError) return error
  if (signal.aborted) return describeFailure(error, { store, signal })
  if (Object.hasOwn(Object(error), '$response')) return notAws(store)
  return new SecwrapError('BUG', `${store}: the client of AWS failed before or after the request`)
}
