/** The vault of the double: versions, disabled and deleted secrets, lists by pages. Source: Key Vault REST API 7.4. */
import { randomUUID } from 'node:crypto'
import { type Answer, VAULT_ERRORS, vaultError } from './azure-double-answers.ts'
import type { Right } from './azure-double-identity.ts'

interface Attributes {
  enabled: boolean
  readonly created: number // seconds since 1970
  updated: number
  readonly nbf?: number
  readonly exp?: number
}

interface Kept {
  readonly version: string
  readonly value: string
  readonly attributes: Attributes
  readonly managed?: true // it belongs to a certificate
}

interface Deleted {
  readonly versions: Kept[]
  polls: number // requests until it is deleted for good
}

export interface VaultRequest {
  readonly method: string
  readonly segments: readonly string[] // secrets, NAME, VERSION
  readonly query: URLSearchParams
  readonly body: string
  readonly base: string // for the ids and links of an answer
}

const MOST_BYTES = 25 * 1024
const PAGE = 25

export class Vault {
  readonly #secrets = new Map<string, Kept[]>()
  readonly #deleted = new Map<string, Deleted>()
  purgeProtected = false
  pollsUntilDeleted = 1

  put(name: string, value: string, extra: Partial<Attributes> & { managed?: true } = {}): string {
    const { managed, ...attributes } = extra
    const now = Math.floor(Date.now() / 1_000)
    const version = randomUUID().replaceAll('-', '')
    const kept = { version, value, attributes: { enabled: true, created: now, updated: now, ...attributes } }
    const versions = this.#secrets.get(name) ?? []
    this.#secrets.set(name, [...versions, { ...kept, ...(managed && { managed }) }])
    return version
  }

  /** The right that a request needs. */
  rightFor({ method, segments: [kind, name, last] }: VaultRequest): Right {
    if (kind === 'deletedsecrets') {
      if (last === 'recover') return 'recover'
      return method === 'DELETE' ? 'purge' : name ? 'get' : 'list'
    }
    if (method === 'GET') return name && last !== 'versions' ? 'get' : 'list'
    return method === 'DELETE' ? 'delete' : 'set'
  }

  answer(request: VaultRequest): Answer {
    const { method, segments, query } = request
    const [kind, name, last] = segments
    if (!query.get('api-version')) return vaultError(VAULT_ERRORS.badParameter)
    if (kind === 'deletedsecrets') return this.#answerDeleted(request, name, last)
    if (!name) return this.#page(request, this.#names())
    if (last === 'versions') return this.#page(request, this.#versionsOf(name))
    if (method === 'PUT') return this.#write(request, name)
    if (method === 'DELETE') return this.#delete(request, name)
    const kept = this.#find(name, last)
    if (!kept) return vaultError(VAULT_ERRORS.notFound)
    if (method === 'PATCH') return this.#update(request, name, kept)
    return kept.attributes.enabled ? ok(bundle(request, name, kept)) : vaultError(VAULT_ERRORS.disabled)
  }

  #find(name: string, version: string | undefined): Kept | undefined {
    const versions = this.#secrets.get(name)
    return version ? versions?.find(kept => kept.version === version) : versions?.at(-1)
  }

  #names(): [path: string, kept: Kept][] {
    return [...this.#secrets].flatMap(([name, versions]) =>
      versions.slice(-1).map(kept => [name, kept] as [string, Kept]),
    )
  }

  #versionsOf(name: string): [path: string, kept: Kept][] {
    return (this.#secrets.get(name) ?? []).map(kept => [`${name}/${kept.version}`, kept])
  }

  #page({ base, query, segments }: VaultRequest, all: readonly [string, Kept][]): Answer {
    const start = Number(query.get('$skiptoken') ?? 0)
    const size = Math.min(PAGE, Number(query.get('maxresults') ?? PAGE))
    const value = all.slice(start, start + size).map(([path, { attributes, managed }]) => ({
      id: `${base}/secrets/${path}`,
      attributes,
      ...(managed && { managed, contentType: 'application/x-pkcs12' }),
    }))
    const rest = `${segments.join('/')}?api-version=7.4&$skiptoken=${start + size}&maxresults=${size}`
    return ok({ value, nextLink: start + size < all.length ? `${base}/${rest}` : null })
  }

  #write(request: VaultRequest, name: string): Answer {
    const { value, attributes } = JSON.parse(request.body) as {
      value?: string
      attributes?: Partial<Attributes>
    }
    const deleted = this.#deleted.get(name)
    if (deleted) return vaultError(deleted.polls > 0 ? VAULT_ERRORS.beingDeleted : VAULT_ERRORS.deleted)
    if (value === undefined || Buffer.byteLength(value) > MOST_BYTES)
      return vaultError(VAULT_ERRORS.badParameter)
    const version = this.put(name, value, attributes)
    const kept = this.#find(name, version)
    return kept ? ok(bundle(request, name, kept)) : vaultError(VAULT_ERRORS.notFound)
  }

  #update(request: VaultRequest, name: string, kept: Kept): Answer {
    const { attributes } = JSON.parse(request.body) as { attributes?: Partial<Attributes> }
    Object.assign(kept.attributes, attributes, { updated: Math.floor(Date.now() / 1_000) })
    const { value: _, ...rest } = bundle(request, name, kept)
    return ok(rest)
  }

  #delete(request: VaultRequest, name: string): Answer {
    const versions = this.#secrets.get(name)
    if (!versions) return vaultError(VAULT_ERRORS.notFound)
    this.#secrets.delete(name)
    this.#deleted.set(name, { versions, polls: this.pollsUntilDeleted })
    return this.#describeDeleted(request, name, versions)
  }

  #answerDeleted(request: VaultRequest, name: string | undefined, last: string | undefined): Answer {
    if (!name)
      return this.#page(
        request,
        [...this.#deleted].flatMap(([path, { versions }]) =>
          versions.slice(-1).map(kept => [path, kept] as [string, Kept]),
        ),
      )
    const deleted = this.#deleted.get(name)
    if (!deleted) return vaultError(VAULT_ERRORS.notFound)
    if (request.method === 'GET' && deleted.polls-- > 0) return vaultError(VAULT_ERRORS.notFound)
    if (deleted.polls > 0) return vaultError(VAULT_ERRORS.beingDeleted)
    if (request.method === 'GET') return this.#describeDeleted(request, name, deleted.versions)
    if (request.method === 'DELETE' && this.purgeProtected) return vaultError(VAULT_ERRORS.purgeProtection)
    this.#deleted.delete(name)
    if (last !== 'recover') return { status: 204, body: undefined }
    this.#secrets.set(name, deleted.versions)
    return this.#describeDeleted(request, name, deleted.versions)
  }

  #describeDeleted(request: VaultRequest, name: string, versions: readonly Kept[]): Answer {
    const kept = versions.at(-1)
    if (!kept) return vaultError(VAULT_ERRORS.notFound)
    const { value: _, ...rest } = bundle(request, name, kept)
    const now = Math.floor(Date.now() / 1_000)
    const recoveryId = `${request.base}/deletedsecrets/${name}`
    return ok({ ...rest, recoveryId, deletedDate: now, scheduledPurgeDate: now + 90 * 86_400 })
  }
}

function bundle({ base }: VaultRequest, name: string, { version, value, attributes }: Kept) {
  const recovery = { recoveryLevel: 'Recoverable+Purgeable', recoverableDays: 90 }
  return {
    value,
    id: `${base}/secrets/${name}/${version}`,
    attributes: { ...attributes, ...recovery },
    tags: {},
  }
}

function ok(body: unknown): Answer {
  return { status: 200, body }
}
