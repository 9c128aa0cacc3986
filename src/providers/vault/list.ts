import type { Listed, SecretId } from '../../core/types.ts'
import { formatUri } from '../../template/reference.ts'
import { iteratePages } from '../shared/pages.ts'
import { dataOf, type Kv, type KvPlace } from './kv.ts'

/** Folders asked for at the same time. */
const LANES = 16

/**
 * Every secret below a path: a request a folder, a level at a time. Names of deleted secrets are among them,
 * until they are destroyed.
 */
export function listSecrets(kv: Kv, prefix: SecretId, signal: AbortSignal): AsyncIterable<Listed> {
  const folders: KvPlace[] = []
  return iteratePages(async token => {
    // Asked again after a failure, the first one is there already.
    if (token === undefined && folders.length === 0) folders.push(await kv.locate(prefix, signal))
    const asked = folders.slice(0, LANES)
    const answers = await Promise.all(asked.map(folder => readFolder(kv, folder, signal)))
    const names = answers.flat()
    folders.splice(0, asked.length)
    folders.push(...names.filter(isFolder))
    const items = names.filter(place => !isFolder(place)).map(place => ({ id: idOf(place) }))
    return { items, next: folders.length > 0 ? 'more' : undefined }
  })
}

async function readFolder(kv: Kv, folder: KvPlace, signal: AbortSignal): Promise<readonly KvPlace[]> {
  const answer = await kv.ask(folder, 'metadata', 'listing', { query: 'list=true' }, signal)
  const { keys } = dataOf(answer)
  if (!Array.isArray(keys)) return []
  const names = keys.filter(key => typeof key === 'string')
  return names.map(name => ({ ...folder, name: folder.name + name }))
}

function isFolder({ name }: KvPlace): boolean {
  return name.endsWith('/')
}

function idOf({ id: { scheme, options }, mount, name }: KvPlace): SecretId {
  const path = mount + name
  return { uri: formatUri(scheme, path, options), scheme, path, options }
}
