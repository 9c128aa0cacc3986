import type { Provider, ProviderContext } from '../core/types.ts'
import { readSecretFile } from './shared/read-file.ts'
import { readFolder } from './shared/read-folder.ts'
import { readersOf } from './shared/readers.ts'

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
  return {
    batchSize: 1,
    ...readersOf(options, id => {
      const file = readSecretFile(id.path, id.uri)
      // 0o004: others may read it.
      if (file && file.mode & 0o004) context.warn(`${id.uri} can be read by every user of this machine`)
      return file
    }),
    async readPrefix(prefix) {
      return readFolder(prefix.path, prefix.uri)
    },
  }
}
