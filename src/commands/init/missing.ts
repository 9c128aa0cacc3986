import { withoutTexts } from './comments.ts'
import type { DotenvEntry } from './dotenv.ts'
import { namesSecret, wordsOf } from './names.ts'
import { writeReference, writeText } from './statement.ts'
import type { Sources } from './template.ts'

/**
 * What an example has in addition, commented out, to be filled: as text, or as a reference to a secret to be set.
 *
 * @param sealed - texts that no comment may tell.
 */
export function writeMissing(sources: Sources, sealed: readonly string[]): readonly string[] {
  const { env, example, name } = sources
  const missing = [...(example?.entries.values() ?? [])].filter(entry => !env.entries.has(entry.name))
  if (missing.length === 0) return []
  const lines = missing.flatMap(entry => [
    ...(example?.comments.get(entry.name) ?? []).map(comment => withoutTexts(comment, sealed)),
    `# ${writeEntry(entry, sources)}`,
  ])
  return ['', `# In the example, but not in ${name}:`, ...lines]
}

function writeEntry(entry: DotenvEntry, { verdicts, referenceTo }: Sources): string {
  const { name, value } = entry
  const bare = { ...entry, head: `${name}=`, comment: '', gap: '' }
  const isSecret = verdicts.get(name)?.isSecret || (value === '' && namesSecret(wordsOf(name)))
  if (isSecret) return writeReference(bare, referenceTo(name))
  const text = writeText(bare) ?? bare.head
  return /[\n\u2028\u2029]/.test(text) ? bare.head : text
}
