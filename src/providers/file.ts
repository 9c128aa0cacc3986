import { Secret } from '../core/secret.ts'
import type { Provider, ProviderContext, SecretId } from '../core/types.ts'
import { toJson } from './shared/formats.ts'
import { dropNewline, readSecretFile } from './shared/read-file.ts'
import { readFolder } from './shared/read-folder.ts'

/**
 * A file: `file:///etc/app/key`, `file://./beside-the-template`, `file:///app/.env?format=dotenv#KEY`.
 *
 * The value is the text without its last newline; `?raw` keeps it. `?format=dotenv` and `?format=yaml`
 * turn a file into a map, so that `#key` picks a field.
 */
export function createProvider(
  options: Readonly<Record<string, string>>,
  context: ProviderContext,
): Provider {
  const raw = options.raw !== undefined
  return {
    batchSize: 1,
    async read(ids) {
      const found = new Map<SecretId, Secret>()
      for (const id of ids) {
        const file = readSecretFile(id.path, id.uri)
        if (!file) continue
        // 0o004: others may read it.
        if (file.mode & 0o004) context.warn(`${id.uri} can be read by every user of this machine`)
        const text = raw ? file.text : dropNewline(file.text)
        found.set(id, new Secret(await toJson(text, options.format, id.uri)))
      }
      return found
    },
    async readPrefix(prefix) {
      return readFolder(prefix.path, prefix.uri)
    },
  }
}
