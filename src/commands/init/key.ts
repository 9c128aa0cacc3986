import { SecwrapError } from '../../core/errors.ts'
import type { FileChange } from '../../core/replace-files.ts'
import type { ProviderContext } from '../../core/types.ts'
import { readSecretFile } from '../../providers/shared/read-file.ts'
import { keySurroundings } from '../../providers/sops/sealed-file.ts'
import { createIdentity } from '../../sops/age.ts'
import { defaultKeyFile, findKeys, type KeySurroundings } from '../../sops/keys.ts'

/** The age identities of whoever runs this. */
export interface OwnKey {
  readonly identities: readonly string[]
  readonly file?: FileChange // to be written, where there was none before
}

/**
 * What stands in the first place that has identities, where sops looks for them; else a fresh one, for the file
 * that sops and secwrap would look into.
 *
 * @throws SecwrapError BAD_CONFIG where a file holds something else, or there is no place for one.
 */
export async function findOwnKey(context: ProviderContext, signal: AbortSignal): Promise<OwnKey> {
  const { env } = context
  const surroundings = surroundingsOf(context, signal)
  for await (const { identities } of findKeys([], surroundings)) {
    if (identities.length > 0) return { identities }
  }
  const path = env.SOPS_AGE_KEY_FILE || defaultKeyFile(env)
  if (path === undefined) {
    throw new SecwrapError('BAD_CONFIG', 'no place for an age key: neither XDG_CONFIG_HOME nor HOME is set', {
      hint: '--key-file FILE',
    })
  }
  return createKey(path, surroundings.readFile(path) ?? '')
}

/** Stricter than for reading: who makes a sealed file can still change the mode, or the key. */
function surroundingsOf(context: ProviderContext, signal: AbortSignal): KeySurroundings {
  return {
    ...keySurroundings(context, signal),
    readFile(path) {
      const file = readSecretFile(path, path)
      // 0o077: somebody else may do something with it.
      if (file && file.mode & 0o077) context.warn(`${path} can be read by others: chmod 600 ${path}`)
      return file?.text
    },
  }
}

async function createKey(path: string, before: string): Promise<OwnKey> {
  const isEmpty = before.split('\n').every(line => line.trim() === '' || line.startsWith('#'))
  if (!isEmpty) {
    throw new SecwrapError('BAD_CONFIG', `${path} holds something else than age identities`, {
      hint: '--key-file FILE',
    })
  }
  const { identity, recipient } = await createIdentity()
  const created = `# created: ${new Date().toISOString()}\n# public key: ${recipient}\n${identity}\n`
  const text = before === '' || before.endsWith('\n') ? before + created : `${before}\n${created}`
  return { identities: [identity], file: { path, text, mode: 0o600 } }
}
