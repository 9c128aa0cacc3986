/**
 * AWS credentials from the first source that has some, in the order of the AWS CLI: environment, profile,
 * web identity, container, instance. Nothing is asked by network before a request needs it.
 */
import { SecwrapError } from '../../core/errors.ts'
import type { Inherited } from '../../core/types.ts'
import type { AwsProfile } from './profile.ts'
import type { Sources } from './settings.ts'
import type { AwsCredentials } from './sign.ts'

export type GetCredentials = (region: string, signal: AbortSignal) => Promise<AwsCredentials>

/** Keys that end within this time are asked for anew. */
const MARGIN_MS = 60_000

// Parameter Store and Secrets Manager in one template share one look-up. Keyed by the environment object, which
// lives as long as the run.
const sharedLookUps = new WeakMap<Inherited, Map<string, GetCredentials>>()

export function openCredentials(sources: Sources): GetCredentials {
  const lookUps = sharedLookUps.get(sources.env) ?? new Map<string, GetCredentials>()
  sharedLookUps.set(sources.env, lookUps)
  const key = sources.options.profile ?? ''
  const lookUp = lookUps.get(key) ?? keep((region, signal) => find(sources, region, signal))
  lookUps.set(key, lookUp)
  return lookUp
}

/** One look-up for all who ask, until its keys end. A failure that may pass is forgotten, so that a retry asks again. */
function keep(lookUp: GetCredentials): GetCredentials {
  let kept: Promise<AwsCredentials> | undefined
  let endsAtMs = Number.POSITIVE_INFINITY
  return (region, signal) => {
    if (Date.now() > endsAtMs - MARGIN_MS) kept = undefined
    if (kept) return kept
    endsAtMs = Number.POSITIVE_INFINITY
    kept = lookUp(region, signal).then(
      found => {
        endsAtMs = found.expiresAtMs ?? endsAtMs
        return found
      },
      error => {
        if (error instanceof SecwrapError && error.details.retry) kept = undefined
        throw error
      },
    )
    return kept
  }
}

/** ?profile= goes before keys in the environment; AWS_PROFILE does not. */
async function find(sources: Sources, region: string, signal: AbortSignal): Promise<AwsCredentials> {
  const { options, env, profile } = sources
  return (
    (options.profile ? undefined : fromEnvironment(env)) ??
    (await fromProfile(sources, region, signal)) ??
    (await fromSurroundings(sources, region, signal)) ??
    failWithout(profile)
  )
}

/** What the place gives where secwrap runs. Loaded only where nothing nearer was found. */
async function fromSurroundings(
  sources: Sources,
  region: string,
  signal: AbortSignal,
): Promise<AwsCredentials | undefined> {
  const { fromWebIdentity, fromContainer, fromInstance } = await import('./surroundings.ts')
  return (
    (await fromWebIdentity(sources, region, signal)) ??
    (await fromContainer(sources.env, signal)) ??
    fromInstance(sources.env, signal)
  )
}

export function fromEnvironment(env: Inherited): AwsCredentials | undefined {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env
  if (!accessKeyId && !secretAccessKey) return undefined
  if (accessKeyId && secretAccessKey) {
    const sessionToken = env.AWS_SESSION_TOKEN
    return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) }
  }
  const missing = accessKeyId ? 'AWS_SECRET_ACCESS_KEY' : 'AWS_ACCESS_KEY_ID'
  throw new SecwrapError('DENIED', `only half of the AWS credentials is set: ${missing} is missing`, {
    hint: missing,
  })
}

/** @throws SecwrapError BAD_CONFIG where the profile that was asked for does not exist. */
async function fromProfile(
  sources: Sources,
  region: string,
  signal: AbortSignal,
): Promise<AwsCredentials | undefined> {
  if (needsSdk(sources.profile)) {
    const { fromSdkProfile } = await import('./sdk-profile.ts')
    return fromSdkProfile(sources, region, signal)
  }
  return keysOf(sources.profile)
}

/** Whether a profile's credentials come from elsewhere. @throws SecwrapError BAD_CONFIG as above. */
export function needsSdk({ name, chosen, exists, settings }: AwsProfile): boolean {
  if (chosen && !exists) {
    throw new SecwrapError('BAD_CONFIG', `there is no AWS profile ${name}`, {
      hint: 'aws configure list-profiles',
    })
  }
  return SDK_SETTINGS.some(setting => settings[setting])
}

export function keysOf({ settings }: AwsProfile): AwsCredentials | undefined {
  const { aws_access_key_id: accessKeyId, aws_secret_access_key: secretAccessKey } = settings
  if (!accessKeyId || !secretAccessKey) return undefined
  const sessionToken = settings.aws_session_token
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) }
}

const SDK_SETTINGS = [
  'role_arn',
  'sso_session',
  'sso_start_url',
  'credential_process',
  'login_session',
] as const

export function failWithout({ name }: AwsProfile): never {
  throw new SecwrapError(
    'DENIED',
    `no AWS credentials: none in the environment, the profile ${name}, a web identity, a container or an instance`,
    { hint: 'aws configure list' },
  )
}
