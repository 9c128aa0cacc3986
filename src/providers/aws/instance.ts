/**
 * The role of an EC2 instance, told by its metadata service, version 2 only: a token first, then the answers.
 * Source: Amazon EC2 User Guide, "Use the Instance Metadata Service", and the AWS CLI's settings for it.
 */
import { SecwrapError } from '../../core/errors.ts'
import { type HttpRequest, send } from '../../core/http.ts'
import type { Inherited } from '../../core/types.ts'
import { checkStatus, readMetadata } from './metadata.ts'
import type { AwsCredentials } from './sign.ts'

const ROLES = '/latest/meta-data/iam/security-credentials/'
const TOKEN_SECONDS = '300'
const STORE = "the instance's metadata service"

/** Undefined where there is no metadata service, or it knows of no role. */
export async function fromInstance(env: Inherited, signal: AbortSignal): Promise<AwsCredentials | undefined> {
  if (env.AWS_EC2_METADATA_DISABLED?.toLowerCase() === 'true') return undefined
  const base = addressOf(env)
  const token = await askForToken(base, env, signal)
  if (!token) return undefined
  const ask = (path: string) =>
    send({ ...request(`${base}${path}`, signal), headers: { 'x-aws-ec2-metadata-token': token } })
  const roles = await ask(ROLES)
  if (roles.status === 404) return undefined
  checkStatus(roles, STORE)
  const [role = ''] = roles.text.trim().split('\n')
  return readMetadata(await ask(ROLES + encodeURIComponent(role)), STORE)
}

function addressOf(env: Inherited): string {
  const address = env.AWS_EC2_METADATA_SERVICE_ENDPOINT
  if (!address) {
    const isV6 = env.AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE?.toLowerCase() === 'ipv6'
    return isV6 ? 'http://[fd00:ec2::254]' : 'http://169.254.169.254'
  }
  if (URL.canParse(address)) return address.replace(/\/+$/, '')
  throw new SecwrapError('BAD_CONFIG', "the address of the instance's metadata service is not a URL", {
    hint: 'AWS_EC2_METADATA_SERVICE_ENDPOINT',
  })
}

/**
 * Outside EC2 nobody answers, so this one request has a second (or AWS_METADATA_SERVICE_TIMEOUT) of its own,
 * and no answer means no service. Undefined then, and where another kind of service refuses.
 */
async function askForToken(base: string, env: Inherited, signal: AbortSignal): Promise<string | undefined> {
  const seconds = Number(env.AWS_METADATA_SERVICE_TIMEOUT) || 1
  const soon = AbortSignal.any([signal, AbortSignal.timeout(seconds * 1_000)])
  const headers = { 'x-aws-ec2-metadata-token-ttl-seconds': TOKEN_SECONDS }
  try {
    const response = await send({ ...request(`${base}/latest/api/token`, soon), method: 'PUT', headers })
    return response.status === 200 ? response.text : undefined
  } catch (error) {
    if (signal.aborted) throw error
    return undefined
  }
}

function request(url: string, signal: AbortSignal): HttpRequest {
  return { store: STORE, method: 'GET', url, direct: true, signal }
}
