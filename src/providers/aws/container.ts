/**
 * The role of an ECS task or an EKS pod, told by an address that the platform puts into the environment.
 * Source: AWS SDKs and Tools Reference Guide, "Container credential provider".
 */
import { SecwrapError } from '../../core/errors.ts'
import { send } from '../../core/http.ts'
import type { Inherited } from '../../core/types.ts'
import { readMetadata } from './metadata.ts'
import type { AwsCredentials } from './sign.ts'
import { readTokenFile } from './token-file.ts'

const ECS_ADDRESS = 'http://169.254.170.2'

/** Undefined where the environment names no such address. */
export async function fromContainer(
  env: Inherited,
  signal: AbortSignal,
): Promise<AwsCredentials | undefined> {
  const url = addressOf(env)
  if (!url) return undefined
  const store = `the container's credentials at ${url.origin}`
  const token = readToken(env)
  const headers = { accept: 'application/json', ...(token && { authorization: token }) }
  const response = await send({ store, method: 'GET', url: url.href, headers, direct: true, signal })
  return readMetadata(response, store)
}

function addressOf(env: Inherited): URL | undefined {
  const { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: path, AWS_CONTAINER_CREDENTIALS_FULL_URI: full } = env
  if (path) return new URL(`${ECS_ADDRESS}${path.startsWith('/') ? '' : '/'}${path}`)
  if (!full) return undefined
  const url = URL.parse(full)
  if (url && isTrusted(url)) return url
  throw new SecwrapError(
    'BAD_CONFIG',
    'the address of the container credentials is neither https nor local',
    {
      hint: 'AWS_CONTAINER_CREDENTIALS_FULL_URI',
    },
  )
}

// The authorization token goes there, so in clear only to this machine or to ECS's and EKS's own addresses.
function isTrusted({ protocol, hostname }: URL): boolean {
  if (protocol === 'https:') return true
  if (protocol !== 'http:') return false
  return TRUSTED_HOSTS.has(hostname) || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}

const TRUSTED_HOSTS = new Set([
  'localhost',
  '[::1]',
  '169.254.170.2', // ECS
  '169.254.170.23', // EKS
  '[fd00:ec2::23]', // EKS
])

/** The file is read at each look-up, as the platform renews it. */
function readToken(env: Inherited): string | undefined {
  const { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: path, AWS_CONTAINER_AUTHORIZATION_TOKEN: given } = env
  const token = path ? readTokenFile(path, 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE') : given
  if (token && /[\r\n]/.test(token)) {
    throw new SecwrapError('BAD_CONFIG', 'the token for the container credentials has a line break')
  }
  return token
}
