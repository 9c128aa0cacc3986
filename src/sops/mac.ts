import type { ValueCipher } from './cipher.ts'
import type { Leaf } from './leaves.ts'
import type { Metadata } from './metadata.ts'
import { broken, type Plain, type Scalar } from './tree.ts'

export type Values = ReadonlyMap<Scalar, Plain>

/**
 * What sops's MAC says of a file: SHA-512 over its values in their order, in capital hexadecimal digits.
 * It is kept sealed, so who does not hold the data key can't write one. Comments are not in it.
 *
 * Source: Tree.Decrypt of sops.
 */
export async function computeMac(
  leaves: readonly Leaf[],
  values: Values,
  { macOnlySealed }: Pick<Metadata, 'macOnlySealed'>,
): Promise<string> {
  const counted = leaves.filter(({ scalar, sealed }) =>
    isCounted(values.get(scalar), sealed || !macOnlySealed),
  )
  const text = new TextEncoder().encode(counted.map(({ scalar }) => values.get(scalar)?.text).join(''))
  const start = macOnlySealed ? Uint8Array.fromHex(ONLY_SEALED_START) : new Uint8Array()
  const digest = await crypto.subtle.digest('SHA-512', new Uint8Array([...start, ...text]))
  return new Uint8Array(digest).toHex().toUpperCase()
}

// sha256("sops"): so that no file's MAC holds under both settings of mac_only_encrypted.
const ONLY_SEALED_START = '8a3fd2ad54ce66527b1034f3d147be0b0b975b3bf44f72c6fdadec8176f27d69'

function isCounted(plain: Plain | undefined, covered: boolean): boolean {
  return covered && plain !== undefined && plain.type !== 'comment'
}

/** @throws SecwrapError BAD_VALUE where the file's MAC is not the computed one. */
export async function verifyMac(computed: string, metadata: Metadata, cipher: ValueCipher): Promise<void> {
  const found = await cipher.open(metadata.mac.plain.text, metadata.lastModified.plain.text)
  if (typeof found === 'object' && isEqual(found.text, computed)) return
  throw broken('was changed since it was sealed: its MAC does not match its values')
}

// In a time that tells nothing of where two MACs differ.
function isEqual(left: string, right: string): boolean {
  let difference = left.length ^ right.length
  for (let index = 0; index < right.length; index++) {
    difference |= left.charCodeAt(index) ^ right.charCodeAt(index)
  }
  return difference === 0
}
