/** A KV mount as those who write and administer see it. Source: Vault API documentation, "KV secrets engine", v1 and v2. */
import { SecwrapError } from '../../core/errors.ts'
import { isJsonObject, type Json } from '../../core/json.ts'
import type { ProviderContext, SecretId } from '../../core/types.ts'
import { API_PATH } from '../../template/schemes.ts'
import { createMounts } from './ask-mounts.ts'
import { checkParameters } from './certificates.ts'
import { errorsOf, type VaultAnswer, type VaultRequest } from './client.ts'
import { explainDenial, mountRefused } from './denial.ts'
import type { Mount, Mounts } from './mounts.ts'
import { openSession, type Session } from './session.ts'
import { readSettings } from './settings.ts'

export interface KvPlace {
  readonly id: SecretId
  readonly mount: string // secret/
  readonly name: string // team/app: below the mount
  readonly versioned: boolean
}

/** The parts of a KV version 2 mount's API. */
export type KvPart = 'data' | 'metadata' | 'delete' | 'undelete' | 'destroy'

export class Kv {
  readonly #session: Session
  readonly #mounts: Mounts
  readonly #namespace: string | undefined

  constructor(session: Session, mounts: Mounts, namespace: string | undefined) {
    this.#session = session
    this.#mounts = mounts
    this.#namespace = namespace
  }

  static open(options: Readonly<Record<string, string>>, context: ProviderContext): Kv {
    const settings = readSettings(options, context.env)
    const session = openSession(settings, context)
    return new Kv(session, createMounts(session, settings.namespace), settings.namespace)
  }

  get store(): string {
    return this.#session.client.store
  }

  /** @throws SecwrapError BAD_USAGE outside of KV mounts, and for paths as the API has them. */
  async locate(id: SecretId, signal: AbortSignal): Promise<KvPlace> {
    if (id.options[API_PATH]) throw misused(id, 'secwrap writes vault://mount/path only')
    const path = id.path.replace(/\/$/, '')
    if (path === '') throw misused(id, 'a list begins with a mount', 'vault secrets list')
    const mount = await this.#mounts.find(path, signal)
    if (!mount) throw mountRefused(this.#session, path)
    checkParameters(id, mount)
    if (!mount.isKv)
      throw misused(id, `${mount.path} is not a KV mount, where secrets are listed and written`)
    checkVersion(id, mount)
    return { id, mount: mount.path, name: id.path.slice(mount.path.length), versioned: mount.versioned }
  }

  /** One request about a secret or folder. Answers but 2xx, 400 and 404 are thrown as errors. */
  async ask(
    place: KvPlace,
    part: KvPart,
    deed: string,
    more: Pick<VaultRequest, 'method' | 'query' | 'body'>,
    signal: AbortSignal,
  ): Promise<VaultAnswer> {
    const path = place.versioned ? `${place.mount}${part}/${place.name}` : place.mount + place.name
    const { value: token } = await this.#session.token(signal)
    const request = { path, token, namespace: this.#namespace, ...more }
    const answer = await this.#session.client.request(request, signal)
    if (answer.status < 300 || answer.status === 404) return answer
    if (answer.status === 403) throw await explainDenial(this.#session, path, signal, deed)
    if (answer.status === 400) return this.#judge(answer, place)
    throw this.#refused(answer, place)
  }

  async close(): Promise<void> {
    await this.#session.close()
  }

  #judge(answer: VaultAnswer, { id }: KvPlace): VaultAnswer {
    const errors = errorsOf(answer)
    if (/high complexity/.test(errors)) throw tooManyFields(id)
    if (/check-and-set parameter did not match/.test(errors)) throw conflict(id)
    if (/check-and-set parameter required/.test(errors)) {
      throw misused(id, 'its mount wants to be told which version is replaced', '--if-version VERSION')
    }
    throw this.#refused(answer, { id })
  }

  #refused({ status }: VaultAnswer, { id }: Pick<KvPlace, 'id'>): SecwrapError {
    return new SecwrapError('BAD_CONFIG', `${this.store} refuses ${id.uri} (HTTP ${status})`, { ref: id.uri })
  }
}

// OpenBao takes 1,000 texts a request, names of fields included, unless its listener is told otherwise.
function tooManyFields({ uri }: SecretId): SecwrapError {
  return new SecwrapError('BAD_VALUE', `${uri}: the server takes no map with so many fields`, {
    ref: uri,
    hint: 'a path that ends in /, for a secret each; or max_request_json_strings of the listener',
  })
}

/** The `data` of an answer; {} where there is none. */
export function dataOf({ body }: VaultAnswer): Readonly<Record<string, Json>> {
  return isJsonObject(body.data) ? body.data : {}
}

export function misused({ uri }: SecretId, fact: string, hint?: string): SecwrapError {
  return new SecwrapError('BAD_USAGE', `${uri}: ${fact}`, { ref: uri, ...(hint && { hint }) })
}

export function missing({ uri }: SecretId, fact = 'does not exist'): SecwrapError {
  return new SecwrapError('NOT_FOUND', `${uri} ${fact}`, { ref: uri })
}

export function conflict({ uri }: SecretId): SecwrapError {
  return new SecwrapError('CONFLICT', `${uri}: was changed by somebody else in between`, { ref: uri })
}

function checkVersion(id: SecretId, { path, versioned }: Mount): void {
  if (id.version === undefined || (versioned && /^\d+$/.test(id.version))) return
  throw misused(id, versioned ? 'versions are numbers' : `${path} keeps no versions`)
}
