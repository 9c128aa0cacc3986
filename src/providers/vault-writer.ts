/**
 * KV mounts of HashiCorp Vault and OpenBao, written and administered: `secwrap set vault://secret/api#key`.
 *
 * A secret is a map. In a mount of version 2 each write is a version, checked against the newest one where that
 * is asked for; what is deleted can be recovered until it is destroyed. Version 1 keeps one value, and checks
 * nothing. Source: Vault API documentation, "KV secrets engine".
 */
import { asSecwrapError, SecwrapError } from '../core/errors.ts'
import { isJsonObject, type Json, parseJson } from '../core/json.ts'
import type { Secret } from '../core/secret.ts'
import type { CreateWriter, DeleteOptions, SecretId, Version, WriteOptions, Writer } from '../core/types.ts'
import { conflict, dataOf, Kv, type KvPlace, missing, misused } from './vault/kv.ts'
import { listSecrets } from './vault/list.ts'
import { readVersions, readWritten } from './vault/versions.ts'
import { createProvider } from './vault.ts'

export const createWriter: CreateWriter = (options, context): Writer => {
  const kv = Kv.open(options, context)
  const reader = createProvider(options, context)
  const current: Writer['current'] = async (id, signal) => {
    await kv.locate(id, signal)
    const secret = (await reader.read([id], signal).catch(nothingIfDeleted))?.get(id)
    if (!secret || secret instanceof SecwrapError) return undefined
    const { version = '', updatedAt } = secret.facts
    return { secret, version: { id: version, state: 'current', ...(updatedAt && { createdAt: updatedAt }) } }
  }
  return {
    current,
    async write(id, secret, { ifVersion }, signal) {
      const map = parseMap(id, secret)
      const place = await kv.locate(id, signal)
      if (id.version !== undefined) throw misused(id, "a version can't be written again")
      if (place.versioned)
        return writeVersion(kv, place, map, { ...(ifVersion !== undefined && { ifVersion }) }, signal)
      if (ifVersion !== undefined)
        throw misused(id, "a KV version 1 mount can't check the version before it writes")
      await kv.ask(place, 'data', 'writing', { method: 'PUT', body: map }, signal)
      return { id: '', state: 'current' }
    },
    async delete(id, options, signal) {
      const place = await kv.locate(id, signal)
      const isPlain = !options.destroy && !options.recover && id.version === undefined
      if (place.versioned && !isPlain) return deleteVersions(kv, place, options, signal)
      if (options.recover) throw misused(id, 'a KV version 1 mount keeps nothing of what is deleted')
      if (!(await current(id, signal))) throw missing(id)
      await kv.ask(place, 'data', 'deleting', { method: 'DELETE' }, signal)
    },
    list: (prefix, signal) => listSecrets(kv, prefix, signal),
    async history(id, signal) {
      const place = await kv.locate(id, signal)
      if (!place.versioned) throw misused(id, 'a KV version 1 mount keeps no versions')
      return historyOf(kv, place, signal)
    },
    close: () => kv.close(),
  }
}

function nothingIfDeleted(error: unknown): undefined {
  if (asSecwrapError(error).code !== 'NOT_FOUND') throw error
}

/** @throws SecwrapError BAD_VALUE. */
function parseMap(id: SecretId, secret: Secret): Readonly<Record<string, Json>> {
  const map = parseJson(secret.reveal())
  if (isJsonObject(map)) return map
  throw new SecwrapError('BAD_VALUE', `${id.uri}: a secret in Vault is a JSON object`, {
    ref: id.uri,
    hint: `${id.uri}#KEY`,
  })
}

/**
 * `cas` 0 is "only if there is none yet", where a deleted secret counts as one. For us it does not: its newest
 * version is then what has to be the newest still.
 */
async function writeVersion(
  kv: Kv,
  place: KvPlace,
  data: Readonly<Record<string, Json>>,
  { ifVersion }: WriteOptions,
  signal: AbortSignal,
): Promise<Version> {
  if (ifVersion && !/^\d+$/.test(ifVersion)) throw misused(place.id, 'versions are numbers')
  const write = async (options: { cas?: number }) => {
    const request = { method: 'POST', body: { data, options } } as const
    return readWritten(dataOf(await kv.ask(place, 'data', 'writing', request, signal)))
  }
  if (ifVersion === undefined) return write({})
  try {
    return await write({ cas: Number(ifVersion) })
  } catch (error) {
    if (ifVersion !== '' || asSecwrapError(error).code !== 'CONFLICT') throw error
    const [newest] = await historyOf(kv, place, signal)
    if (!newest || newest.state === 'current') throw conflict(place.id)
    return write({ cas: Number(newest.id) })
  }
}

/** @throws SecwrapError NOT_FOUND. */
async function historyOf(kv: Kv, place: KvPlace, signal: AbortSignal): Promise<readonly Version[]> {
  const answer = await kv.ask(place, 'metadata', 'reading', {}, signal)
  const versions = answer.status === 404 ? [] : readVersions(dataOf(answer))
  if (versions.length === 0) throw missing(place.id)
  return versions
}

/** Destroys or recovers the newest version, or the one that the id names; destroyed without one, the whole secret goes. */
async function deleteVersions(
  kv: Kv,
  place: KvPlace,
  { destroy, recover }: DeleteOptions,
  signal: AbortSignal,
): Promise<void> {
  const { id } = place
  const history = await historyOf(kv, place, signal)
  if (destroy && id.version === undefined)
    return void (await kv.ask(place, 'metadata', 'deleting', { method: 'DELETE' }, signal))
  const version = findVersion(history, id)
  if (recover && version.state !== 'deleted') throw missing(id, `is not deleted (version ${version.id})`)
  const isGone = version.state === 'destroyed' || (version.state === 'deleted' && !destroy)
  if (!recover && isGone) throw missing(id, `is ${version.state} already (version ${version.id})`)
  const part = destroy ? 'destroy' : recover ? 'undelete' : 'delete'
  const request = { method: 'POST', body: { versions: [Number(version.id)] } } as const
  await kv.ask(place, part, recover ? 'recovering' : 'deleting', request, signal)
}

function findVersion(history: readonly Version[], id: SecretId): Version {
  const found = id.version === undefined ? history[0] : history.find(version => version.id === id.version)
  if (found) return found
  throw missing(id)
}
