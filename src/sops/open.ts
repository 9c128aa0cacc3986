import { isSealed, ValueCipher } from './cipher.ts'
import { additionalData, collectLeaves, type Leaf } from './leaves.ts'
import { computeMac, type Values, verifyMac } from './mac.ts'
import type { Document, Metadata } from './metadata.ts'
import { type Purpose, readDocument } from './read-document.ts'
import { createRules } from './rules.ts'
import { broken, type Format, type Plain, type Scalar } from './tree.ts'

/** A file whose values are readable, and are the ones that were sealed. */
export interface Opened {
  readonly document: Document
  readonly cipher: ValueCipher
  readonly values: Values
}

/**
 * Opens a sealed file: finds its data key, opens every value, checks the MAC.
 *
 * @param findDataKey - 32 bytes by the file's metadata.
 * @throws SecwrapError BAD_VALUE for a file that is not sealed, was changed or cut off, and what findDataKey
 *   throws. Messages name values, never tell them; the caller puts the file's name in front.
 */
export async function openSealed(
  text: string,
  format: Format,
  findDataKey: (metadata: Metadata) => Promise<Uint8Array<ArrayBuffer>>,
  purpose: Purpose,
): Promise<Opened> {
  const document = await readDocument(text, format, purpose)
  return openDocument(document, await ValueCipher.create(await findDataKey(document.metadata)))
}

/** The same with the data key at hand. */
export async function openDocument(document: Document, cipher: ValueCipher): Promise<Opened> {
  const { data, metadata } = document
  const leaves = collectLeaves(data, createRules(metadata.rule))
  const values = new Map(
    await Promise.all(
      leaves.map(async (leaf): Promise<[Scalar, Plain]> => [leaf.scalar, await openValue(leaf, cipher)]),
    ),
  )
  await verifyMac(await computeMac(leaves, values, metadata), metadata, cipher)
  return { document, cipher, values }
}

/** @throws SecwrapError BAD_VALUE where it is not sealed though it should be, or was changed. */
export async function openValue(
  { scalar: { plain }, path, sealed }: Leaf,
  cipher: ValueCipher,
): Promise<Plain> {
  if (!sealed || (plain.type === 'str' && plain.text === '')) return plain
  const name = path.join('.')
  if (plain.type !== 'str' || !isSealed(plain.text)) {
    throw broken(`${name} is not sealed, though the file's rules want it to be`, 'sops edit FILE')
  }
  const opened = await cipher.open(plain.text, additionalData(path))
  if (opened === 'changed') throw broken(`${name} was changed or moved since it was sealed`)
  if (opened === 'binary') throw broken(`${name} is not UTF-8 text`)
  return opened
}
