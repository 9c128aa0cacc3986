import { SecwrapError } from '../../core/errors.ts'
import { Secret } from '../../core/secret.ts'
import type { ProviderContext, SecretId } from '../../core/types.ts'
import { findDataKey } from '../../sops/data-key.ts'
import { formatOf } from '../../sops/format.ts'
import { findKeys, type KeySurroundings } from '../../sops/keys.ts'
import type { Metadata } from '../../sops/metadata.ts'
import { type Opened, openSealed } from '../../sops/open.ts'
import type { Purpose } from '../../sops/read-document.ts'
import { formatSecret } from '../../sops/to-json.ts'
import type { Format } from '../../sops/tree.ts'
import { readSecretFile } from '../shared/read-file.ts'

/** What sealing makes of 1 MiB of values fits in. */
const MAX_BYTES = 4 * 1024 * 1024

export interface SealedFile {
  readonly secret: Secret
  readonly text: string
  readonly format: Format
  readonly opened: Opened
}

/** Undefined where there is no such file. @throws SecwrapError as openSealed and readSecretFile do, with the file's name. */
export function openSealedFile(
  id: SecretId,
  context: ProviderContext,
  signal: AbortSignal,
  purpose: Purpose,
): Promise<SealedFile | undefined> {
  return named(id, async () => {
    const text = readSealedText(id)
    if (text === undefined) return undefined
    const format = formatOf(id.path, id.options.format)
    const findKey = (metadata: Metadata) => {
      const recipients = metadata.ageKeys.map(({ recipient }) => recipient)
      return findDataKey(metadata, findKeys(recipients, keySurroundings(context, signal)))
    }
    const opened = await openSealed(text, format, findKey, purpose)
    return { secret: new Secret(formatSecret(opened, format)), text, format, opened }
  })
}

export function readSealedText({ path, uri }: SecretId): string | undefined {
  return readSecretFile(path, uri, MAX_BYTES)?.text
}

export function keySurroundings({ env, warn }: ProviderContext, signal: AbortSignal): KeySurroundings {
  return {
    env,
    readFile(path) {
      const file = readSecretFile(path, path)
      // 0o004: others may read it.
      if (file && file.mode & 0o004) warn(`${path} can be read by every user of this machine`)
      return file?.text
    },
    async runCommand(command, recipient) {
      const { runKeyCommand } = await import('../../sops/key-command.ts')
      return runKeyCommand(command, recipient, env, signal)
    },
  }
}

/** Runs it, and puts the file's name before its errors: those of sops/ say what is wrong, not with which file. */
export async function named<T>({ uri, path }: SecretId, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof SecwrapError) || error.details.ref !== undefined) throw error
    const hint = error.details.hint?.replace(/FILE$/, path)
    throw new SecwrapError(error.code, `${uri}: ${error.message}`, {
      ...error.details,
      ref: uri,
      ...(hint !== undefined && { hint }),
    })
  }
}
