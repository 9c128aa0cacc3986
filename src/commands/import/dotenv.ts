import { SecwrapError } from '../../core/errors.ts'
import { log } from '../../core/log.ts'
import { isReference } from '../../template/recognize.ts'
import { type DotenvEntry, type DotenvFile, type DotenvLine, readDotenv } from '../init/dotenv.ts'
import type { Entries } from './read.ts'

/** Values as the `dotenv` package has them: text as it stands, with no names or references looked up. */
export function parseDotenvFile(text: string, file: string): Entries {
  const items = readItems(text, file)
  const entries = items.filter(item => item.kind === 'entry')
  for (const entry of entries) warnOf(entry, file)
  const problems = items.flatMap(item => (item.kind === 'other' ? [notAnEntry(item, file)] : []))
  return { entries, problems }
}

function readItems(text: string, file: string): DotenvFile['items'] {
  try {
    return readDotenv(text).items
  } catch {
    throw new SecwrapError('BAD_VALUE', `${file} can't be read as dotenv reads it`)
  }
}

// The line itself may be the rest of a private key, so it is not shown.
function notAnEntry({ line }: Pick<DotenvLine, 'line'>, file: string): SecwrapError {
  return new SecwrapError('BAD_VALUE', 'this line is not NAME=value', {
    place: { file, line, name: '' },
    hint: 'values of several lines go in quotes',
  })
}

function warnOf({ name, line, value }: DotenvEntry, file: string): void {
  const place = `${file}:${line}: ${name}`
  if (isReference(value)) log('warn', `${place}: a reference is imported as text, and not what it points at`)
  else if (/\$\{\w/.test(value)) log('warn', `${place}: \${…} is imported as text, and not replaced`)
}
