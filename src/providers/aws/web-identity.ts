/**
 * A role by a token of the platform's own (EKS service accounts, GitHub and GitLab jobs): one unsigned call of
 * STS. Source: AWS STS API Reference, AssumeRoleWithWebIdentity.
 */
import { SecwrapError } from '../../core/errors.ts'
import { type HttpResponse, retryAfterMs, send } from '../../core/http.ts'
import { type AwsService, addressOf, type Sources, tlsOf } from './settings.ts'
import type { AwsCredentials } from './sign.ts'
import { readTokenFile } from './token-file.ts'

const STS: AwsService = { name: 'sts', setting: 'STS' }

/** Undefined where the environment names no role and token. */
export async function fromWebIdentity(
  { env, profile }: Sources,
  region: string,
  signal: AbortSignal,
): Promise<AwsCredentials | undefined> {
  const { AWS_WEB_IDENTITY_TOKEN_FILE: path, AWS_ROLE_ARN: role } = env
  if (!path || !role) return undefined
  const sources = { options: {}, env, profile } // ?endpoint= is not the address of STS
  const url = addressOf(STS, region, sources)
  const store = `sts at ${url.origin}`
  const tls = tlsOf(url, sources)
  const body = new URLSearchParams({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: role,
    RoleSessionName: env.AWS_ROLE_SESSION_NAME || 'secwrap',
    WebIdentityToken: readTokenFile(path, 'AWS_WEB_IDENTITY_TOKEN_FILE'),
  }).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const response = await send({
    store,
    method: 'POST',
    url: url.href,
    headers,
    body,
    signal,
    ...(tls && { tls }),
  })
  return response.status === 200 ? credentialsIn(response, store) : refuse(response, store, role)
}

// The answer is XML; its few values have no character that XML would have to escape.
function credentialsIn({ text }: HttpResponse, store: string): AwsCredentials {
  const [accessKeyId, secretAccessKey, sessionToken, expiration] = [
    ...['AccessKeyId', 'SecretAccessKey', 'SessionToken', 'Expiration'],
  ].map(name => textOf(text, name))
  if (!accessKeyId || !secretAccessKey || !sessionToken) {
    throw new SecwrapError('UNAVAILABLE', `${store} gave no credentials`, { retry: {} })
  }
  const expiresAtMs = Date.parse(expiration ?? '')
  return { accessKeyId, secretAccessKey, sessionToken, ...(expiresAtMs > 0 && { expiresAtMs }) }
}

function textOf(xml: string, element: string): string | undefined {
  return new RegExp(`<${element}>\\s*([^<\\s]+)\\s*</${element}>`).exec(xml)?.[1]
}

const REASONS: Readonly<Record<string, string>> = {
  ExpiredTokenException: 'the token is expired',
  InvalidIdentityToken: 'the token is not accepted',
  AccessDenied: 'the role does not trust the token',
  IDPRejectedClaim: 'a claim of the token is not what the role asks for',
  ValidationError: 'the name of the role or its session is not valid',
}

function refuse({ status, headers, text }: HttpResponse, store: string, role: string): never {
  const code = textOf(text, 'Code') ?? ''
  const afterMs = retryAfterMs(headers)
  if (status >= 500 || status === 429 || code === 'Throttling' || code === 'IDPCommunicationError') {
    throw new SecwrapError('UNAVAILABLE', `${store} failed (HTTP ${status})`, {
      retry: { throttled: true, ...(afterMs !== undefined && { afterMs }) },
    })
  }
  const reason = (Object.hasOwn(REASONS, code) && REASONS[code]) || `HTTP ${status}`
  throw new SecwrapError('DENIED', `${store} does not give the role ${role}: ${reason}`, {
    hint: 'AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE',
  })
}
