import { SecwrapError } from '../core/errors.ts'
import { Secret } from '../core/secret.ts'
import type { Provider, ProviderContext, SecretId } from '../core/types.ts'
import { dropNewline, readSecretFile } from './shared/read-file.ts'
import { readFolder } from './shared/read-folder.ts'

/**
 * A file: `file:///etc/app/key`, `file://./beside-the-template`, `file:///app/.env?format=dotenv#KEY`.
 *
 * The value is the text without its last newline; `?raw` keeps it. `?format=dotenv` turns a dotenv
 * file into a map of its names, so that `#key` picks one.
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
        found.set(id, new Secret(await convert(text, options.format, id)))
      }
      return found
    },
    async readPrefix(prefix) {
      return readFolder(prefix.path, prefix.uri)
    },
  }
}

async function convert(text: string, format: string | undefined, { uri }: SecretId): Promise<string> {
  if (format === undefined || format === 'json') return text
  if (format !== 'dotenv')
    throw new SecwrapError('BAD_TEMPLATE', `${uri}: unknown format ${format}`, { ref: uri })
  const { parse } = await import('dotenv')
  return JSON.stringify(parse(text))
}
