/** What is there already where something is to be written. */
import { asSecwrapError, SecwrapError, throwTogether } from '../core/errors.ts'
import type { Secret } from '../core/secret.ts'
import type { Listed, SecretId } from '../core/types.ts'
import { listSecrets } from '../resolve/list.ts'
import { readAll } from '../resolve/resolve.ts'
import type { Stores } from './stores.ts'

/** Below so many requests it is no use to ask for a list first, which leaves out what is not there. */
const FEW_BATCHES = 10

export type Existing = Secret | 'disabled' // switched off: it is there, and can't be read

/**
 * The secrets of these that exist, by uri.
 *
 * @param prefix - below which they all are; undefined for a single one.
 * @throws SecwrapError, several together, where one can't be read.
 */
export async function readExisting(
  ids: readonly SecretId[],
  prefix: SecretId | undefined,
  stores: Stores,
): Promise<ReadonlyMap<string, Existing>> {
  const [first] = ids
  if (!first) return new Map()
  const { batchSize } = await stores.providers.open(first)
  const isMany = ids.length > FEW_BATCHES * batchSize
  const listed = prefix && isMany ? await list(prefix, stores) : undefined
  const existing = new Map<string, Existing>()
  const toRead: SecretId[] = []
  for (const id of ids) {
    const found = listed?.get(foldCase(id.uri))
    if (found?.state) existing.set(id.uri, found.state)
    else if (!listed || found) toRead.push(id)
  }
  await readInto(existing, toRead, stores)
  return existing
}

/** One key for every spelling of a name that the store takes for the same. */
export function foldCase(uri: string): string {
  return uri.startsWith('azurekv:') ? uri.toLowerCase() : uri
}

/** Undefined for somebody who may not list: then each is asked for. */
async function list(prefix: SecretId, stores: Stores): Promise<ReadonlyMap<string, Listed> | undefined> {
  const writer = await stores.writers.open(prefix)
  const found = new Map<string, Listed>()
  try {
    for await (const row of listSecrets(writer, prefix, stores.patience)) found.set(foldCase(row.id.uri), row)
    return found
  } catch (error) {
    if (asSecwrapError(error).code === 'DENIED') return undefined
    throw error
  }
}

async function readInto(
  existing: Map<string, Existing>,
  ids: readonly SecretId[],
  stores: Stores,
): Promise<void> {
  const outcomes = await readAll(ids, stores.providers, stores.signal, count => stores.progress(count))
  const problems: SecwrapError[] = []
  for (const [uri, outcome] of outcomes) {
    if (outcome instanceof SecwrapError) {
      if (outcome.code !== 'NOT_FOUND') problems.push(outcome)
    } else if (outcome) existing.set(uri, outcome)
  }
  throwTogether(problems)
}
