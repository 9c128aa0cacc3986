/** What is written, in words. */
import type { FileChange } from '../../core/replace-files.ts'
import { type Ignoring, planIgnoring } from './gitignore.ts'
import type { Plan } from './plan.ts'
import type { Project } from './project.ts'
import type { Sealing } from './seal.ts'

/** A file to be written, and what it is, in words. */
export interface Change extends FileChange {
  readonly what: string
}

export function describeSealing(
  { key, file, config, recipients }: Sealing,
  { secrets }: Plan,
): readonly Change[] {
  const count = secrets.size === 1 ? '1 secret' : `${secrets.size} secrets`
  return [
    ...(key
      ? [{ ...key, what: 'a new age key: nothing else opens the sealed file, so keep a copy of it' }]
      : []),
    ...(file ? [{ ...file, what: `${count}, sealed for ${recipients.map(shorten).join(', ')}` }] : []),
    ...(config ? [{ ...config, what: 'for sops: who can open the files that it seals here' }] : []),
  ]
}

export function describeTemplate({ template }: Project, { template: text, entries, secrets }: Plan): Change {
  return {
    path: template,
    text,
    what: `${entries.length} ${entries.length === 1 ? 'entry' : 'entries'}, ${secrets.size} of them references`,
  }
}

export function describeIgnoring(ignoring: Ignoring): readonly Change[] {
  const change = planIgnoring(ignoring)
  return change ? [{ ...change, what: `new lines: ${change.lines.join(' ')}` }] : []
}

/** A hybrid recipient has 2000 characters. */
function shorten(recipient: string): string {
  return recipient.length > 70 ? `${recipient.slice(0, 20)}…` : recipient
}
