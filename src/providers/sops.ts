import type { Secret } from '../core/secret.ts'
import type { Provider, ProviderContext, SecretId } from '../core/types.ts'
import { openSealedFile } from './sops/sealed-file.ts'

/**
 * A file sealed by SOPS for age recipients: `sops://./secrets.sops.env#DB_PASSWORD`, `sops:///etc/app.json#db.password`.
 *
 * The secret is the whole file as a JSON object; of a binary file it is the text. Source: the sources of
 * sops 3.13, github.com/getsops/sops.
 */
export function createProvider(_: Readonly<Record<string, string>>, context: ProviderContext): Provider {
  return {
    batchSize: 1,
    async read(ids, signal) {
      const found = new Map<SecretId, Secret>()
      for (const id of ids) {
        const file = await openSealedFile(id, context, signal, 'read')
        if (file) found.set(id, file.secret)
      }
      return found
    },
  }
}
