/**
 * The credentials that take more than a request or two, by `@azure/identity`: certificates, passwords,
 * the less common managed identities, and the tools that a developer is logged in with. Loaded only
 * when one of them is tried.
 */
import {
  AzureCliCredential,
  AzureDeveloperCliCredential,
  AzurePowerShellCredential,
  ClientCertificateCredential,
  ManagedIdentityCredential,
  type TokenCredential,
  UsernamePasswordCredential,
} from '@azure/identity'
import { SecwrapError } from '../../core/errors.ts'
import { explainRefusal } from './entra.ts'
import { silenceSdk } from './sdk-log.ts'
import { createTransport } from './sdk-transport.ts'
import type { AzureSettings } from './settings.ts'
import type { Audience, Token } from './tokens.ts'

export interface TokenRequest {
  readonly audience: Audience
  readonly settings: AzureSettings
  readonly signal: AbortSignal
}

const TOOLS = {
  az: { create: () => new AzureCliCredential(), name: 'the Azure CLI' },
  powershell: { create: () => new AzurePowerShellCredential(), name: 'Azure PowerShell' },
  azd: { create: () => new AzureDeveloperCliCredential(), name: 'the Azure Developer CLI' },
} as const

export type Tool = keyof typeof TOOLS

/** A token, or why the tool has none. */
export async function fetchByTool(tool: Tool, request: TokenRequest): Promise<Token | string> {
  const { create, name } = TOOLS[tool]
  return (await tryCredential(create, name, request)) ?? `${name} is not installed, or not logged in`
}

export async function fetchByUncommonMachine(request: TokenRequest): Promise<Token | string> {
  const { AZURE_CLIENT_ID: clientId } = request.settings.env
  const create = () => new ManagedIdentityCredential(clientId ? { clientId } : {})
  return (
    (await tryCredential(create, 'the managed identity', request)) ?? 'the managed identity gives no token'
  )
}

/** By AZURE_CLIENT_CERTIFICATE_PATH, else by AZURE_USERNAME and AZURE_PASSWORD. */
export async function fetchByCertificate(
  { tenant, clientId }: { readonly tenant: string; readonly clientId: string },
  request: TokenRequest,
): Promise<Token> {
  const { env } = request.settings
  const {
    AZURE_CLIENT_CERTIFICATE_PATH: path,
    AZURE_USERNAME: user = '',
    AZURE_PASSWORD: password = '',
  } = env
  const source = path ? 'AZURE_CLIENT_CERTIFICATE_PATH' : 'AZURE_USERNAME'
  const create = () =>
    path
      ? new ClientCertificateCredential(tenant, clientId, certificateOf(path, env), optionsOf(request))
      : new UsernamePasswordCredential(tenant, clientId, user, password, optionsOf(request))
  const token = await tryCredential(create, source, request)
  if (token) return token
  throw new SecwrapError('DENIED', `${source} gave no token`, { hint: source })
}

function certificateOf(path: string, { AZURE_CLIENT_CERTIFICATE_PASSWORD: password }: AzureSettings['env']) {
  return { certificatePath: path, ...(password && { certificatePassword: password }) }
}

function optionsOf({ audience, settings: { authority, tls, env } }: TokenRequest) {
  const sendChain = ['1', 'true'].includes((env.AZURE_CLIENT_SEND_CERTIFICATE_CHAIN ?? '').toLowerCase())
  return {
    authorityHost: audience.authority,
    disableInstanceDiscovery: authority !== undefined, // it would ask the public cloud about a private one
    ...(sendChain && { sendCertificateChain: true }),
    httpClient: createTransport(`Entra ID at ${audience.authority}`, tls),
  }
}

/** Undefined where it has no token. @throws SecwrapError DENIED, BAD_CONFIG, TIMED_OUT. */
async function tryCredential(
  create: () => TokenCredential,
  source: string,
  { audience, signal }: TokenRequest,
): Promise<Token | undefined> {
  silenceSdk()
  const options = { abortSignal: signal, ...(audience.tenant && { tenantId: audience.tenant }) }
  try {
    const asked = create().getToken(`${audience.resource}/.default`, options)
    const token = await Promise.race([asked, aborted(signal)])
    return token ? { value: token.token, source, expiresAtMs: token.expiresOnTimestamp } : undefined
  } catch (error) {
    if (signal.aborted)
      throw new SecwrapError('TIMED_OUT', `${source} gave no token in time`, { hint: '--timeout' })
    explainFailure(error, source, audience)
    return undefined
  }
}

// A tool that hangs does not hear the signal.
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

/** What is known of a failure, by its numbers alone. @throws SecwrapError. */
function explainFailure(error: unknown, source: string, { authority }: Audience): void {
  const { name, message, code } = error as { name?: unknown; message?: unknown; code?: unknown }
  const number = /\bAADSTS(\d{4,8})\b/.exec(String(message))?.[1]
  if (number) throw explainRefusal(number, `Entra ID at ${authority}`, source)
  if (code === 'ENOENT' || code === 'EACCES') {
    throw new SecwrapError('BAD_CONFIG', `${source}: the file can't be read (${code})`)
  }
  if (name === 'CredentialUnavailableError') return
}
