import { unlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { SecwrapError } from '../core/errors.ts'
import { sha256Hex } from '../core/hash.ts'
import { lockFolder } from '../core/lock.ts'
import { followLinks, replaceFile } from '../core/replace-file.ts'
import type { Secret } from '../core/secret.ts'
import type { ProviderContext, SecretId, Version, Writer } from '../core/types.ts'
import { createSealed } from '../sops/create.ts'
import { editSealed } from '../sops/edit.ts'
import { formatOf } from '../sops/format.ts'
import { readDocument } from '../sops/read-document.ts'
import { findSealSettings } from '../sops/recipients.ts'
import { readSecretFile } from './shared/read-file.ts'
import { listSealedFiles } from './sops/list.ts'
import { keySurroundings, named, openSealedFile, readSealedText } from './sops/sealed-file.ts'

/**
 * Writes sealed files: `sops://./secrets.sops.env`. What does not change keeps its ciphertext and its line. A
 * file that is not there is made, for the recipients that sops would take (sops/recipients.ts).
 *
 * Two writers wait for each other, and each sees what the other wrote; `sops` itself knows no lock.
 */
export function createWriter(_: Readonly<Record<string, string>>, context: ProviderContext): Writer {
  return {
    async current(id, signal) {
      const file = await openSealedFile(id, context, signal, 'read')
      if (!file) return undefined
      const createdAt = new Date(file.opened.document.metadata.lastModified.plain.text)
      return { secret: file.secret, version: { ...versionOf(file.text), createdAt } }
    },

    write: (id, secret, { ifVersion }, signal) =>
      locked(id, context, signal, async () => {
        const file = await openSealedFile(id, context, signal, 'edit')
        if (ifVersion !== undefined && ifVersion !== (file ? versionOf(file.text).id : '')) throw conflict(id)
        const text = file
          ? await editSealed(file.text, file.opened, file.format, secret.reveal())
          : await createFile(id, secret, context, signal)
        if (text !== file?.text) replaceFile(id.path, text)
        return versionOf(text)
      }),

    delete: (id, { recover = false }, signal) =>
      locked(id, context, signal, async () => {
        if (recover) throw noVersions(id)
        const text = readSealedText(id)
        if (text === undefined) throw new SecwrapError('NOT_FOUND', 'does not exist')
        // Only what is sealed: a wrong path must not take another file away.
        await readDocument(text, formatOf(id.path, id.options.format), 'read')
        unlinkSync(id.path)
      }),

    list: (prefix, signal) => listSealedFiles(prefix, signal),

    async history(id) {
      throw noVersions(id)
    },
  }
}

function createFile(
  id: SecretId,
  secret: Secret,
  context: ProviderContext,
  signal: AbortSignal,
): Promise<string> {
  return named(id, async () => {
    const surroundings = keySurroundings(context, signal)
    const readConfig = (path: string) => readSecretFile(path, path)?.text
    const settings = await findSealSettings(id.path, surroundings, readConfig)
    return createSealed(formatOf(id.path, id.options.format), secret.reveal(), settings)
  })
}

/** Runs it while no other secwrap writes in the file's folder, and turns the kernel's errors into ours. */
async function locked<T>(
  id: SecretId,
  { warn }: ProviderContext,
  signal: AbortSignal,
  run: () => Promise<T>,
): Promise<T> {
  const folder = dirname(followLinks(id.path))
  return named(id, async () => {
    try {
      using lock = await lockFolder(folder, signal)
      if (!lock) warn(`${folder} can't be locked, so two writers at once could lose a change`)
      return await run()
    } catch (error) {
      throw error instanceof SecwrapError ? error : (describe(error) ?? error)
    }
  })
}

function describe(error: unknown): SecwrapError | undefined {
  const { code, syscall } = error as { code?: unknown; syscall?: unknown }
  if (typeof code !== 'string' || typeof syscall !== 'string' || !/^E[A-Z0-9]+$/.test(code)) return undefined
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new SecwrapError('NOT_FOUND', 'its folder does not exist')
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new SecwrapError('DENIED', `this user may not write the file (${code})`)
  }
  return new SecwrapError('UNAVAILABLE', `the file can't be written (${code})`)
}

function versionOf(text: string): Version {
  return { id: sha256Hex(text).slice(0, 16), state: 'current' }
}

function conflict(id: SecretId): SecwrapError {
  return new SecwrapError('CONFLICT', `${id.uri}: was changed by somebody else in between`, { ref: id.uri })
}

function noVersions({ uri, path }: SecretId): SecwrapError {
  return new SecwrapError('BAD_USAGE', `${uri}: a sealed file keeps no versions of its own`, {
    ref: uri,
    hint: `git log -- ${path}`,
  })
}
