/**
 * AWS's own clients, for the verbs that write and administer. They form the requests and sign them; credentials,
 * address, transport and the words for what fails are those of reading.
 */
import { SecwrapError } from '../../core/errors.ts'
import { describeFailure } from '../../core/http.ts'
import type { ProviderContext, SecretId } from '../../core/types.ts'
import { regionInArn } from './arn.ts'
import { type AwsJsonService, type AwsPlace, placeOf } from './client.ts'
import { openCredentials } from './credentials.ts'
import { AwsRefusal, notAws } from './failures.ts'
import { loadProfile } from './profile.ts'
import { type Deed, explainRefusal, type Subject } from './refusals.ts'
import { configOf, type SdkConfig } from './sdk-config.ts'
import { regionOf, type Sources } from './settings.ts'

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
