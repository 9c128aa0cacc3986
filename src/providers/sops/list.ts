import { type Dirent, readdirSync } from 'node:fs'
import { SecwrapError } from '../../core/errors.ts'
import type { Listed, SecretId } from '../../core/types.ts'
import { formatOf } from '../../sops/format.ts'
import { readDocument } from '../../sops/read-document.ts'
import { encodePath } from '../../template/path.ts'
import { readSealedText } from './sealed-file.ts'

/** The sealed files below a folder, by name; a path that does not end in `/` is one file. No key is needed. */
export async function* listSealedFiles(prefix: SecretId, signal: AbortSignal): AsyncIterable<Listed> {
  for (const path of prefix.path.endsWith('/') ? walk(prefix.path, prefix.uri) : [prefix.path]) {
    if (signal.aborted)
      throw new SecwrapError('TIMED_OUT', `${prefix.uri}: not all files were looked at in time`)
    const id = { ...prefix, path, uri: `sops://${encodePath(path)}` }
    const updatedAt = await readTime(id)
    if (updatedAt) yield { id, updatedAt }
  }
}

// Hidden folders and what package managers install hold no secrets of the project, but many files.
function* walk(folder: string, uri: string): Iterable<string> {
  for (const entry of readFolder(folder, uri)) {
    const path = folder + entry.name
    if (entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules') {
      yield* walk(`${path}/`, uri)
    } else if (entry.isFile() && SEALABLE.test(entry.name)) yield path
  }
}

function readFolder(folder: string, uri: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch (error) {
    const { code } = error as { code?: string }
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    throw new SecwrapError('DENIED', `${uri}: ${folder} can't be listed (${code ?? 'unknown error'})`, {
      ref: uri,
    })
  }
}

const SEALABLE = /\.(?:env|json|ya?ml)$/

/** When it was last sealed; undefined for a file that is not sealed. */
async function readTime(id: SecretId): Promise<Date | undefined> {
  try {
    const text = readSealedText(id)
    if (text === undefined || !MENTIONS_SOPS.test(text)) return undefined
    const { metadata } = await readDocument(text, formatOf(id.path, id.options.format), 'read')
    return new Date(metadata.lastModified.plain.text)
  } catch (error) {
    if (error instanceof SecwrapError) return undefined
    throw error
  }
}

// Before it is parsed: a project has large JSON files of other kinds.
const MENTIONS_SOPS = /^sops_mac=|^sops:|"sops"/m
