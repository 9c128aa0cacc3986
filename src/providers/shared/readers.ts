import { Secret } from '../../core/secret.ts'
import type { Provider, SecretId } from '../../core/types.ts'
import { dropNewline, type SecretFile } from './read-file.ts'

type ReadFile = (id: SecretId) => SecretFile | undefined

/** How a provider of files reads: at once, but where `?format=` asks for a parser that has to be loaded first. */
export function readersOf(
  { raw, format }: Readonly<Record<string, string>>,
  readFile: ReadFile,
): Pick<Provider, 'read' | 'readNow'> {
  const readNow = (ids: readonly SecretId[]) => {
    const found = new Map<SecretId, Secret>()
    for (const id of ids) {
      const file = readFile(id)
      if (file) found.set(id, new Secret(raw === undefined ? dropNewline(file.text) : file.text))
    }
    return found
  }
  if (format === undefined || format === 'json') return { readNow, read: async ids => readNow(ids) }
  return { read: async ids => convert(readNow(ids), format) }
}

async function convert(
  found: ReadonlyMap<SecretId, Secret>,
  format: string,
): Promise<ReadonlyMap<SecretId, Secret>> {
  const { toJson } = await import('./formats.ts')
  const converted = new Map<SecretId, Secret>()
  for (const [id, secret] of found) {
    converted.set(id, new Secret(await toJson(secret.reveal(), format, id.uri)))
  }
  return converted
}
