/** What is to be copied: every secret below a path, the fields of a map, or one value. */
import { SecwrapError, throwTogether } from '../core/errors.ts'
import { type Json, parseJson } from '../core/json.ts'
import type { Secret } from '../core/secret.ts'
import type { Reference, SecretId } from '../core/types.ts'
import { rulesOf } from '../providers/store-rules.ts'
import { listSecrets } from '../resolve/list.ts'
import { parseFields } from '../resolve/merge.ts'
import { readAll } from '../resolve/resolve.ts'
import { retry } from '../resolve/retry.ts'
import { selectField } from '../resolve/select.ts'
import { formatUri } from '../template/reference.ts'
import { formatKey } from '../template/uri.ts'
import type { Item } from './items.ts'
import type { Stores } from './stores.ts'

/** @throws SecwrapError, several together, where anything can't be read. */
export async function readBelow({ id, raw }: Reference, stores: Stores): Promise<readonly Item[]> {
  const provider = await stores.providers.open(id)
  const { readPrefix } = provider
  const found = readPrefix
    ? await retry(
        () => readPrefix.call(provider, id, stores.signal, count => stores.progress(count)),
        stores.signal,
      )
    : await readListed(id, stores)
  const items = [...found].map(([name, secret]) => ({
    name,
    from: formatUri(id.scheme, id.path + name, id.options),
    value: plainOf(secret, id, id.path + name),
  }))
  if (items.length > 0) return items
  throw new SecwrapError('NOT_FOUND', `there is no secret at ${raw}`, { ref: raw })
}

/** The fields of one secret that is a JSON object; `null` is none. @throws SecwrapError. */
export async function readFields(reference: Reference, stores: Stores): Promise<readonly Item[]> {
  const secret = await readOne(reference, stores)
  const base = reference.key ?? []
  const shown = reference.raw.split('#', 1)[0]
  return Object.entries(parseFields(secret, reference.raw))
    .filter(([, value]) => value !== null)
    .map(([name, value]) => ({ name, from: `${shown}#${formatKey([...base, name])}`, value }))
}

/** @throws SecwrapError. */
export async function readSingle(reference: Reference, stores: Stores): Promise<Item> {
  const secret = await readOne(reference, stores)
  const { id, key, raw } = reference
  const value = key ? secret.reveal() : plainOf(secret, id, id.path)
  return { name: key?.at(-1) ?? id.path.split('/').at(-1) ?? '', from: raw, value }
}

async function readOne({ id, key, raw }: Reference, stores: Stores): Promise<Secret> {
  const found = (await readAll([id], stores.providers, stores.signal)).get(id.uri)
  if (found instanceof SecwrapError) throw found
  if (!found) throw new SecwrapError('NOT_FOUND', `${raw} does not exist`, { ref: raw })
  return key ? selectField(found, key, raw) : found
}

function plainOf(secret: Secret, id: SecretId, path: string): Json {
  const text = secret.reveal()
  return rulesOf(id.scheme).holdsMap({ ...id, path }) ? (parseJson(text) ?? text) : text
}

/** For a store whose provider reads one by one. What is listed and not there is deleted, or was in between. */
async function readListed(prefix: SecretId, stores: Stores): Promise<ReadonlyMap<string, Secret>> {
  const writer = await stores.writers.open(prefix)
  const ids: SecretId[] = []
  for await (const { id, state } of listSecrets(writer, prefix, stores.patience)) if (!state) ids.push(id)
  const outcomes = await readAll(ids, stores.providers, stores.signal, count => stores.progress(count))
  const found = new Map<string, Secret>()
  const problems: SecwrapError[] = []
  for (const id of ids) {
    const outcome = outcomes.get(id.uri)
    if (outcome instanceof SecwrapError && outcome.code !== 'NOT_FOUND') problems.push(outcome)
    else if (outcome && !(outcome instanceof SecwrapError))
      found.set(id.path.slice(prefix.path.length), outcome)
  }
  throwTogether(problems)
  return found
}
