/** Who may ask, and the tokens that were given: Entra ID, the metadata service and App Service of the double. */
import { constants, randomUUID, verify } from 'node:crypto'
import { type Answer, entraError, entraToken, machineToken, NO_IDENTITY } from './azure-double-answers.ts'

export type Right = 'get' | 'list' | 'set' | 'delete' | 'recover' | 'purge'

export type Way = 'client secret' | 'workload identity' | 'metadata service' | 'App Service'

export interface Principal {
  readonly tenant: string
  readonly clientId: string
  readonly secret: string
  readonly federatedToken: string
  readonly certificate?: string // PEM, RSA; its key may sign the log-in
  readonly rights: readonly Right[]
  /** What Entra ID says instead of giving a token: the number of an AADSTS error. */
  readonly refusal?: number
}

export interface Grant {
  readonly tenant: string
  readonly resource: string
  readonly rights: readonly Right[]
  readonly expiresAtMs: number
}

export class Identities {
  readonly tokens = new Map<string, Grant>()
  readonly #principals = new Map<string, Principal>()
  /** The identity that the machine has; undefined: it has none. */
  machine: { tenant: string; rights: readonly Right[] } | undefined
  readonly machineHeader = `planted-header-${randomUUID()}`
  tokenSeconds = 3_599
  /** How tokens were asked for, in order. */
  readonly ways: Way[] = []

  add(principal: Omit<Principal, 'clientId' | 'secret' | 'federatedToken'>): Principal {
    const own = {
      clientId: randomUUID(),
      secret: `planted-secret-${randomUUID()}`,
      federatedToken: `planted-jwt-${randomUUID()}`,
    }
    const added = { ...own, ...principal }
    this.#principals.set(added.clientId, added)
    return added
  }

  /** POST /TENANT/oauth2/v2.0/token */
  answerLogIn(tenant: string, form: URLSearchParams): Answer {
    const principal = this.#principals.get(form.get('client_id') ?? '')
    if (!principal) return entraError(400, 'unauthorized_client', 700016)
    if (principal.refusal) return entraError(401, 'invalid_client', principal.refusal)
    const [secret, assertion] = [form.get('client_secret'), form.get('client_assertion')]
    this.ways.push(assertion === null ? 'client secret' : 'workload identity')
    if (assertion !== null && !accepts(principal, assertion)) return entraError(401, 'invalid_client', 700213)
    if (assertion === null && secret !== principal.secret) return entraError(401, 'invalid_client', 7000215)
    const resource = (form.get('scope') ?? '').split(' ')[0]?.replace(/\/\.default$/, '') ?? ''
    return entraToken(this.issue({ tenant, resource, rights: principal.rights }), this.tokenSeconds)
  }

  /** GET of the metadata service, or of App Service's endpoint, which has a header of its own. */
  answerMachine(query: URLSearchParams, way: Way, isAllowed: boolean): Answer {
    this.ways.push(way)
    if (!isAllowed) return { status: 400, body: { error: 'invalid_request' } }
    const resource = query.get('resource') ?? ''
    if (!this.machine) return NO_IDENTITY
    return machineToken(this.issue({ ...this.machine, resource }), this.tokenSeconds, resource)
  }

  issue(grant: Omit<Grant, 'expiresAtMs'>): string {
    const token = `planted-token-${randomUUID()}`
    this.tokens.set(token, { ...grant, expiresAtMs: Date.now() + this.tokenSeconds * 1_000 })
    return token
  }
}

/** Another issuer's token as it was agreed on, or a token that the principal signed itself. */
function accepts({ federatedToken, certificate }: Principal, assertion: string): boolean {
  if (assertion === federatedToken) return true
  if (!certificate) return false
  const [head = '', body = '', signature = ''] = assertion.split('.')
  const { alg } = JSON.parse(Buffer.from(head, 'base64url').toString() || '{}') as { alg?: string }
  if (alg !== 'PS256' && alg !== 'RS256') return false
  const padding = alg === 'PS256' ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING
  return verify(
    'sha256',
    Buffer.from(`${head}.${body}`),
    { key: certificate, padding },
    Buffer.from(signature, 'base64url'),
  )
}
