import { SecwrapError } from '../core/errors.ts'
import { Secret } from '../core/secret.ts'
import type { Provider, ProviderContext, SecretId } from '../core/types.ts'
import { findDataKey } from '../sops/data-key.ts'
import { formatOf } from '../sops/format.ts'
import { findKeys, type KeySurroundings } from '../sops/keys.ts'
import { openSealed } from '../sops/open.ts'
import { formatSecret } from '../sops/to-json.ts'
import { readSecretFile } from './shared/read-file.ts'

/** What sealing makes of 1 MiB of values fits in. */
const MAX_BYTES = 4 * 1024 * 1024

/**
 * A file sealed by SOPS for age recipients: `sops://./secrets.sops.env#DB_PASSWORD`, `sops:///etc/app.json#db.password`.
 *
 * The secret is the whole file as a JSON object; of a binary file it is the text. Source: the sources of
 * sops 3.13, github.com/getsops/sops.
 */
export function createProvider(
  options: Readonly<Record<string, string>>,
  context: ProviderContext,
): Provider {
  return {
    batchSize: 1,
    async read(ids, signal) {
      const found = new Map<SecretId, Secret>()
      for (const id of ids) {
        const secret = await readSealed(id, options.format, context, signal)
        if (secret) found.set(id, secret)
      }
      return found
    },
  }
}

async function readSealed(
  { path, uri }: SecretId,
  option: string | undefined,
  context: ProviderContext,
  signal: AbortSignal,
): Promise<Secret | undefined> {
  const file = readSecretFile(path, uri, MAX_BYTES)
  if (!file) return undefined
  try {
    const format = formatOf(path, option)
    const opened = await openSealed(file.text, format, metadata => {
      const recipients = metadata.ageKeys.map(({ recipient }) => recipient)
      return findDataKey(metadata, findKeys(recipients, keySurroundings(context, signal)))
    })
    return new Secret(formatSecret(opened, format))
  } catch (error) {
    throw named(error, uri, path)
  }
}

function keySurroundings({ env, warn }: ProviderContext, signal: AbortSignal): KeySurroundings {
  return {
    env,
    readFile(path) {
      const file = readSecretFile(path, path)
      // 0o004: others may read it.
      if (file && file.mode & 0o004) warn(`${path} can be read by every user of this machine`)
      return file?.text
    },
    async runCommand(command, recipient) {
      const { runKeyCommand } = await import('../sops/key-command.ts')
      return runKeyCommand(command, recipient, env, signal)
    },
  }
}

// The messages of sops/ say what is wrong with the file, not which one it is.
function named(error: unknown, uri: string, path: string): unknown {
  if (!(error instanceof SecwrapError)) return error
  const hint = error.details.hint?.replace(/FILE$/, path)
  return new SecwrapError(error.code, `${uri}: ${error.message}`, {
    ...error.details,
    ref: uri,
    ...(hint !== undefined && { hint }),
  })
}
