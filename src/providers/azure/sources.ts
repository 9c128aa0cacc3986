/**
 * Where a token can come from, in the order of the clients' DefaultAzureCredential. The first that is set
 * up decides; what is not set up says so and the next is tried. Source: Azure Identity, "Credential chains".
 */
import { SecwrapError } from '../../core/errors.ts'
import { readSecretFile } from '../shared/read-file.ts'
import { requestToken } from './entra.ts'
import { fetchManagedIdentityToken, isUncommon } from './managed-identity.ts'
import type { TokenRequest, Tool } from './sdk-credentials.ts'
import type { AzureSettings } from './settings.ts'
import type { Audience, FetchToken, Token } from './tokens.ts'

interface Asked extends TokenRequest {
  readonly isOnly: boolean // AZURE_TOKEN_CREDENTIALS names this one
}

interface Source {
  readonly name: string // as AZURE_TOKEN_CREDENTIALS has it
  readonly group: 'prod' | 'dev'
  /** A token, or why there is none to be had this way. @throws SecwrapError where another must not be tried. */
  fetch(asked: Asked): Promise<Token | string>
}

const SOURCES: readonly Source[] = [
  { name: 'EnvironmentCredential', group: 'prod', fetch: fetchByEnvironment },
  { name: 'WorkloadIdentityCredential', group: 'prod', fetch: fetchByWorkload },
  { name: 'ManagedIdentityCredential', group: 'prod', fetch: fetchByMachine },
  { name: 'AzureCliCredential', group: 'dev', fetch: fetchBy('az') },
  { name: 'AzurePowerShellCredential', group: 'dev', fetch: fetchBy('powershell') },
  { name: 'AzureDeveloperCliCredential', group: 'dev', fetch: fetchBy('azd') },
]

/** @throws SecwrapError DENIED where no source has a token, BAD_CONFIG. */
export function createTokenSource(settings: AzureSettings): FetchToken {
  return async (audience, signal) => {
    const sources = chooseSources(settings.env.AZURE_TOKEN_CREDENTIALS)
    const reasons: string[] = []
    for (const { fetch } of sources) {
      const result = await fetch({ audience, settings, isOnly: sources.length === 1, signal })
      if (typeof result !== 'string') return result
      if (!reasons.includes(result)) reasons.push(result)
    }
    throw new SecwrapError('DENIED', `no Azure credentials: ${reasons.join('; ')}`, {
      hint: 'az login, or AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET',
    })
  }
}

/** The sources that would be tried, in turn, by the names that AZURE_TOKEN_CREDENTIALS has for them. */
export function listSources(settings: AzureSettings): readonly string[] {
  const { tenant, env } = settings
  const isApp = Boolean(tenant && env.AZURE_CLIENT_ID)
  const isSet: Readonly<Record<string, boolean>> = {
    EnvironmentCredential: isApp && hasProof(env),
    WorkloadIdentityCredential: isApp && Boolean(env.AZURE_FEDERATED_TOKEN_FILE),
  }
  const names = chooseSources(env.AZURE_TOKEN_CREDENTIALS).map(({ name }) => name)
  const decided = names.find(name => isSet[name])
  return decided ? [decided] : names.filter(name => isSet[name] !== false)
}

function chooseSources(choice: string | undefined): readonly Source[] {
  const wanted = choice?.trim().toLowerCase()
  if (!wanted) return SOURCES
  const chosen = SOURCES.filter(({ name, group }) => [name.toLowerCase(), group].includes(wanted))
  if (chosen.length > 0) return chosen
  throw new SecwrapError('BAD_CONFIG', 'AZURE_TOKEN_CREDENTIALS names no credential that secwrap knows', {
    hint: ['prod', 'dev', ...SOURCES.map(({ name }) => name)].join(', '),
  })
}

async function fetchByEnvironment({ audience, settings, signal }: Asked): Promise<Token | string> {
  const { tenant, env } = settings
  const { AZURE_CLIENT_ID: clientId, AZURE_CLIENT_SECRET: secret } = env
  if (!tenant || !clientId || !hasProof(env)) return 'no client secret or certificate is set'
  const own = tenantFor(audience, settings, tenant)
  if (!secret) {
    const { fetchByCertificate } = await import('./sdk-credentials.ts')
    return fetchByCertificate({ clientId, tenant: own }, { audience, settings, signal })
  }
  const grant = { source: 'AZURE_CLIENT_SECRET', tenant: own, clientId, proof: { client_secret: secret } }
  return requestToken(grant, audience, settings, signal)
}

function hasProof(env: AzureSettings['env']): boolean {
  const { AZURE_CLIENT_SECRET: secret, AZURE_CLIENT_CERTIFICATE_PATH: path } = env
  return Boolean(secret || path || (env.AZURE_USERNAME && env.AZURE_PASSWORD))
}

const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

async function fetchByWorkload({ audience, settings, signal }: Asked): Promise<Token | string> {
  const { tenant, env } = settings
  const { AZURE_CLIENT_ID: clientId, AZURE_FEDERATED_TOKEN_FILE: path } = env
  if (!tenant || !clientId || !path) return 'no workload identity is set'
  const source = 'AZURE_FEDERATED_TOKEN_FILE'
  const assertion = readSecretFile(path, source)?.text.trim()
  if (!assertion) throw new SecwrapError('BAD_CONFIG', `${source}: there is no token in ${path}`)
  const proof = { client_assertion: assertion, client_assertion_type: JWT_BEARER }
  const grant = { source, tenant: tenantFor(audience, settings, tenant), clientId, proof }
  return requestToken(grant, audience, settings, signal)
}

async function fetchByMachine(asked: Asked): Promise<Token | string> {
  const { audience, settings, isOnly, signal } = asked
  if (!isUncommon(settings.env)) return fetchManagedIdentityToken(audience, settings.env, !isOnly, signal)
  const { fetchByUncommonMachine } = await import('./sdk-credentials.ts')
  return fetchByUncommonMachine(asked)
}

function fetchBy(tool: Tool): Source['fetch'] {
  return async asked => {
    const { fetchByTool } = await import('./sdk-credentials.ts')
    return fetchByTool(tool, asked)
  }
}

/** A credential of one tenant is shown to another's log-in only where the environment allows it. */
function tenantFor({ tenant }: Audience, { env }: AzureSettings, own: string): string {
  if (!tenant || tenant.toLowerCase() === own.toLowerCase()) return own
  const allowed = (env.AZURE_ADDITIONALLY_ALLOWED_TENANTS ?? '').split(';').map(text => text.trim())
  if (allowed.includes('*') || allowed.includes(tenant)) return tenant
  throw new SecwrapError('DENIED', `the vault belongs to tenant ${tenant}, the credential to ${own}`, {
    hint: 'AZURE_TENANT_ID, or AZURE_ADDITIONALLY_ALLOWED_TENANTS',
  })
}
