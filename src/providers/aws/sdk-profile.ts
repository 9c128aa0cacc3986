/**
 * Profiles that need more than a look into a file (SSO, another role, a program, a log-in) are read by the
 * AWS SDK. It is large, so credentials.ts loads this file only for such a profile.
 */
import { fromIni } from '@aws-sdk/credential-providers'
import { SecwrapError } from '../../core/errors.ts'
import type { AwsProfile } from './profile.ts'
import { answerForSdk, type SdkRequest, sendForSdk } from './sdk-transport.ts'
import { type Sources, tlsOf } from './settings.ts'
import type { AwsCredentials } from './sign.ts'

/** @throws SecwrapError DENIED, TIMED_OUT, UNAVAILABLE, BAD_CONFIG. The SDK's own message is not passed on: it can quote a program's output. */
export async function fromSdkProfile(
  sources: Sources,
  region: string,
  signal: AbortSignal,
): Promise<AwsCredentials> {
  const { name, files, settings } = sources.profile
  const load = fromIni({
    profile: name,
    clientConfig: { region, requestHandler: createHandler(sources, signal) },
    ...(files.config && { configFilepath: files.config }),
    ...(files.credentials && { filepath: files.credentials }),
  })
  try {
    const found = await Promise.race([load(), rejectionOf(signal)])
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = found
    return {
      ...{ accessKeyId, secretAccessKey },
      ...(sessionToken !== undefined && { sessionToken }),
      ...(expiration && { expiresAtMs: expiration.getTime() }),
    }
  } catch (error) {
    if (signal.aborted)
      throw new SecwrapError('TIMED_OUT', `the AWS profile ${name} gave no credentials in time`)
    throw error instanceof SecwrapError ? error : denied(name, settings, error)
  }
}

function createHandler(sources: Sources, signal: AbortSignal): Record<string, unknown> {
  return {
    async handle(request: SdkRequest) {
      const origin = `${request.protocol}//${request.hostname}${request.port ? `:${request.port}` : ''}`
      const tls = tlsOf(new URL(origin), sources)
      const place = { store: `AWS at ${origin}`, ...(tls && { tls }) }
      return answerForSdk(await sendForSdk(place, request, signal))
    },
  }
}

function rejectionOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    if (signal.aborted) reject(signal.reason)
  })
}

function denied(name: string, settings: AwsProfile['settings'], error: unknown): SecwrapError {
  const { name: kind } = error as { name?: unknown }
  const known = typeof kind === 'string' && /^[A-Z][A-Za-z]{3,50}(Error|Exception|Denied)$/.test(kind)
  const isSso = Boolean(settings.sso_session || settings.sso_start_url)
  return new SecwrapError(
    'DENIED',
    `the AWS profile ${name} gave no credentials${known ? ` (${kind})` : ''}`,
    { hint: `aws ${isSso ? 'sso login' : 'sts get-caller-identity'} --profile ${name}` },
  )
}
