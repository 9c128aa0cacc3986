import type { Inherited, Provider, ProviderContext, SecretId } from '../core/types.ts'
import { readSecretFile, type SecretFile } from './shared/read-file.ts'
import { readFolder } from './shared/read-folder.ts'
import { readersOf } from './shared/readers.ts'

/**
 * A secret that the platform mounts as a file: `secret://db_password`.
 *
 * Looked for in $CREDENTIALS_DIRECTORY (systemd credentials), then in /run/secrets (Docker Swarm,
 * Compose, BuildKit; Kubernetes volumes by their mountPath). The modes are the platform's choice,
 * so none is warned of. Sources: systemd.exec(5), Docker "Manage sensitive data with secrets".
 */
export function createProvider(
  options: Readonly<Record<string, string>>,
  { env }: ProviderContext,
): Provider {
  const folders = foldersOf(env)
  return {
    batchSize: 1,
    ...readersOf(options, id => readFirst(folders, id)),
    async readPrefix(prefix) {
      const found = folders.map(folder => readFolder(`${folder}/${prefix.path}`, prefix.uri))
      // The first folder wins, as it does for one name.
      return new Map(found.reverse().flatMap(secrets => [...secrets]))
    },
  }
}

/** The first wins. */
export function foldersOf({ CREDENTIALS_DIRECTORY: ofSystemd }: Inherited): readonly string[] {
  return ofSystemd === undefined ? ['/run/secrets'] : [ofSystemd, '/run/secrets']
}

function readFirst(folders: readonly string[], { path, uri }: SecretId): SecretFile | undefined {
  for (const folder of folders) {
    const file = readSecretFile(`${folder}/${path}`, uri)
    if (file) return file
  }
  return undefined
}
