import { decodeBech32 } from './bech32.ts'

export interface Identities {
  readonly identities: readonly string[]
  readonly problem?: string // why there are none, or fewer than it seems; never a word of the text
}

/** Age identities as a key file holds them: one a line, or several with spaces between them, and `#` comments. */
export function readIdentities(text: string): Identities {
  const lines = text.split(/\r?\n/)
  const words = lines.flatMap((line, index) =>
    line.startsWith('#') ? [] : line.split(/\s+/).flatMap(word => (word ? { word, line: index + 1 } : [])),
  )
  const identities = words.map(({ word }) => word).filter(isIdentity)
  const other = words.find(({ word }) => !isIdentity(word))
  if (other) return { identities, problem: describeOther(text, other) }
  return identities.length > 0 ? { identities } : { identities, problem: 'no age identity in it' }
}

function isIdentity(word: string): boolean {
  return NATIVE.test(word) && decodeBech32(word) !== undefined
}

const NATIVE = /^AGE-SECRET-KEY-(?:PQ-)?1[02-9AC-HJ-NP-Z]+$/

function describeOther(text: string, { word, line }: { word: string; line: number }): string {
  if (word.startsWith('AGE-PLUGIN-')) return 'an identity of an age plugin, which secwrap does not run'
  if (text.includes('-----BEGIN AGE ENCRYPTED FILE-----')) return 'locked with a passphrase'
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) return 'an SSH key, which secwrap does not use'
  return NATIVE.test(word) ? `line ${line} has a wrong letter` : `line ${line} is not an age identity`
}
