import { SecwrapError } from '../core/errors.ts'
import { sealDataKey } from './age.ts'
import { ValueCipher } from './cipher.ts'
import { writeSealed } from './edit.ts'
import { formatFrame } from './frame.ts'
import type { AgeKey } from './metadata.ts'
import { readDocument } from './read-document.ts'
import { DEFAULT_RULE, type Rule } from './rules.ts'
import type { Format } from './tree.ts'

/** For whom a new file is sealed, and what of it. */
export interface SealSettings {
  readonly recipients: readonly string[] // age1…
  readonly rule?: Rule
  readonly macOnlySealed?: boolean
}

/**
 * The text of a new sealed file.
 *
 * @param secret - a JSON object; for a binary file, its text.
 * @throws SecwrapError BAD_CONFIG for a recipient that age can't seal for, BAD_VALUE for what the format can't hold.
 */
export async function createSealed(
  format: Format,
  secret: string,
  { recipients, rule = DEFAULT_RULE, macOnlySealed = false }: SealSettings,
): Promise<string> {
  const dataKey = crypto.getRandomValues(new Uint8Array(32))
  const ageKeys = await Promise.all(recipients.map(recipient => sealFor(recipient, dataKey)))
  const frame = formatFrame(format, { ageKeys, rule, macOnlySealed })
  const cipher = await ValueCipher.create(dataKey)
  const empty = { document: await readDocument(frame, format, 'edit'), cipher, values: new Map() }
  return writeSealed(frame, empty, format, secret)
}

async function sealFor(recipient: string, dataKey: Uint8Array): Promise<AgeKey> {
  const sealedKey = await sealDataKey(dataKey, recipient)
  if (sealedKey !== undefined) return { recipient, sealedKey }
  const kind = /^ssh-/.test(recipient)
    ? 'an SSH key'
    : /^age1[a-z]+1/.test(recipient)
      ? 'an age plugin'
      : 'no age recipient'
  throw new SecwrapError('BAD_CONFIG', `can't be sealed for ${kind}`, { hint: 'SOPS_AGE_RECIPIENTS=age1…' })
}
