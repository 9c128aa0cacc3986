import { SecwrapError } from '../../core/errors.ts'
import { Secret } from '../../core/secret.ts'
import { dropNewline, readSecretFile } from './read-file.ts'

/**
 * Every file of a folder by its name, for wildcards. Names that begin with a dot are left out
 * (`..data` of a Kubernetes volume), and so are folders. A folder that is not there is empty.
 */
export function readFolder(folder: string, raw: string): ReadonlyMap<string, Secret> {
  const secrets = new Map<string, Secret>()
  for (const name of listNames(folder, raw)) {
    const file = readSecretFile(`${folder}/${name}`, `${raw}${name}`)
    if (file) secrets.set(name, new Secret(dropNewline(file.text)))
  }
  return secrets
}

function listNames(folder: string, raw: string): readonly string[] {
  try {
    const entries = process.getBuiltinModule('node:fs').readdirSync(folder, { withFileTypes: true })
    return entries
      .filter(entry => !entry.name.startsWith('.') && !entry.isDirectory())
      .map(entry => entry.name)
  } catch (error) {
    const { code } = error as { code?: string }
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    throw new SecwrapError('DENIED', `${raw}: the folder can't be listed (${code ?? 'unknown error'})`, {
      ref: raw,
    })
  }
}
