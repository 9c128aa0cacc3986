/**
 * HashiCorp Vault and OpenBao: `vault://secret/api#key`, `vault://database/creds/app#username`,
 * `vault://pki/issue/web?common_name=app.local#certificate`.
 *
 * The path is the one of `vault kv get`, or of `vault read` outside of KV mounts. Each path is one
 * request, and so is each mount; under the names that KV version 2 mounts have by convention, both are
 * sent at once. Source: Vault API documentation, "KV secrets engine", "sys/internal/ui".
 */
import { SecwrapError } from '../core/errors.ts'
import type { Secret } from '../core/secret.ts'
import type { CreateProvider, SecretId } from '../core/types.ts'
import { API_PATH } from '../template/schemes.ts'
import { type Asked, readAnswer } from './vault/answer.ts'
import { createMounts } from './vault/ask-mounts.ts'
import { certificateLifeOf, checkParameters, parametersOf } from './vault/certificates.ts'
import type { VaultAnswer } from './vault/client.ts'
import { explainDenial, mountRefused } from './vault/denial.ts'
import type { Folders } from './vault/folders.ts'
import { leaseOf, renewLease, revokeLease } from './vault/leases.ts'
import type { Mount, Mounts } from './vault/mounts.ts'
import { openSession, type Session } from './vault/session.ts'
import { readSettings } from './vault/settings.ts'

export const createProvider: CreateProvider = (options, context) => {
  const settings = readSettings(options, context.env)
  const session = openSession(settings, context)
  const { namespace } = settings
  const mounts = options[API_PATH] ? undefined : createMounts(session, namespace)
  const reader: Reader = { session, namespace, mounts }
  let folders: Folders | undefined
  return {
    batchSize: 1,
    holdsMaps: true,
    async read(ids, signal) {
      const found = new Map<SecretId, Secret>()
      for (const id of ids) {
        const secret = await readOne(reader, id, signal)
        if (secret) found.set(id, secret)
      }
      return found
    },
    renew: (lease, signal) => renewLease(session, namespace, lease, signal),
    renewToken: signal => session.renewToken(signal),
    revoke: (lease, signal) => revokeLease(session, namespace, lease, signal),
    revokeToken: signal => session.revokeToken(signal),
    async readPrefix(prefix, signal, onRead) {
      const { Folders } = await import('./vault/folders.ts')
      folders ??= new Folders(session, namespace, (id, one) => readOne(reader, id, one))
      return folders.read(prefix, signal, onRead)
    },
    close: () => session.close(),
  }
}

interface Reader {
  readonly session: Session
  readonly namespace: string | undefined
  readonly mounts: Mounts | undefined // none where paths are the API's own, as vault-env has them
}

async function readOne(reader: Reader, id: SecretId, signal: AbortSignal): Promise<Secret | undefined> {
  const { session } = reader
  const guess = startGuess(reader, id, signal)
  const asked = await locate(reader, id, signal)
  const answer = await (guess?.path === asked.path ? guess.answer : request(reader, asked.path, id, signal))
  const isIssued = parametersOf(id) !== undefined
  const deed = isIssued ? 'writing' : 'reading'
  if (answer.status === 403) throw await explainDenial(session, asked.path, signal, deed)
  session.noteLease(answer, reader.namespace)
  const lease = await leaseOf(answer, session, signal)
  return readAnswer(answer, asked, lease ?? (isIssued ? certificateLifeOf(answer) : undefined))
}

async function request(
  { session, namespace }: Reader,
  path: string,
  id: SecretId,
  signal: AbortSignal,
): Promise<VaultAnswer> {
  const { value: token } = await session.token(signal)
  const body = parametersOf(id)
  if (body) return session.client.request({ method: 'POST', path, token, namespace, body }, signal)
  const query = id.version === undefined ? '' : `version=${encodeURIComponent(id.version)}`
  return session.client.request({ path, query, token, namespace }, signal)
}

interface Guess {
  readonly path: string
  readonly answer: Promise<VaultAnswer>
}

/**
 * Reads as from a KV version 2 mount while the mount is still asked for, which saves a round trip. Only under
 * the names that such mounts usually have: anywhere else a wrong guess would be a request too many.
 */
function startGuess(reader: Reader, id: SecretId, signal: AbortSignal): Guess | undefined {
  const [, mount, rest] = USUAL_MOUNT.exec(id.path) ?? []
  if (!mount || !rest || !reader.mounts || reader.mounts.knows(id.path)) return undefined
  if (parametersOf(id)) return undefined // a wrong guess would write
  const path = `${mount}/data/${rest}`
  const answer = request(reader, path, id, signal)
  answer.catch(() => {}) // whoever uses the answer sees the failure; a wrong guess has none
  return { path, answer }
}

const USUAL_MOUNT = /^(secret|kv)\/(.+)$/

async function locate({ session, mounts }: Reader, id: SecretId, signal: AbortSignal): Promise<Asked> {
  const { store } = session.client
  const { path } = id
  if (!mounts) return { id, path, unwraps: true, store }
  const mount = await mounts.find(path, signal)
  if (!mount) throw mountRefused(session, path)
  checkVersion(id, mount)
  checkParameters(id, mount)
  if (!mount.versioned) return { id, path, unwraps: false, store }
  return { id, path: `${mount.path}data/${path.slice(mount.path.length)}`, unwraps: true, store }
}

function checkVersion({ version, uri }: SecretId, mount: Mount): void {
  if (version === undefined || (mount.versioned && /^\d+$/.test(version))) return
  const fact = mount.versioned ? 'versions are numbers' : `${mount.path} keeps no versions`
  throw new SecwrapError('BAD_TEMPLATE', `${uri}: ${fact}`, { ref: uri })
}
