import { parseJson } from '../core/json.ts'
import type { ValueCipher } from './cipher.ts'
import { type Layout, layoutOf } from './layout.ts'
import { additionalData, collectLeaves, type Leaf } from './leaves.ts'
import { computeMac, type Values } from './mac.ts'
import { Marks } from './marks.ts'
import type { Document, Metadata } from './metadata.ts'
import { type Opened, openDocument, openValue } from './open.ts'
import { readDocument } from './read-document.ts'
import { Rewriter } from './rewrite.ts'
import { createRules } from './rules.ts'
import { isEqual, readTarget } from './target.ts'
import { formatSecret } from './to-json.ts'
import type { Format, Plain, Scalar, Span } from './tree.ts'

interface Edit {
  readonly span: Span
  readonly text: string
}

/**
 * The text of an opened file with other values. What stays the same keeps its ciphertext, its place and its
 * comments; the MAC and the time of the last change are new. The same text where nothing changes.
 *
 * @param secret - as `formatSecret` gives it: a JSON object, or of a binary file the text.
 * @throws SecwrapError BAD_VALUE for what the format can't hold.
 */
export async function editSealed(
  text: string,
  opened: Opened,
  format: Format,
  secret: string,
): Promise<string> {
  const current = formatSecret(opened, format)
  const isSame =
    format === 'binary' ? current === secret : isEqual(parseJson(current), readTarget(secret, format))
  return isSame ? text : writeSealed(text, opened, format, secret)
}

/** The same with a new MAC in any case, for a file that has none yet. */
export async function writeSealed(
  text: string,
  { document: { root, own }, cipher, values }: Opened,
  format: Format,
  secret: string,
): Promise<string> {
  const [layout, marks] = [await layoutOf(format), new Marks()]
  const target = readTarget(secret, format)
  const marked = new Rewriter(text, values, layout, marks).rewriteFile(root, own, target)
  const sealer = new Sealer(await readDocument(marked, format, 'edit'), cipher, layout, marks)
  const edited = applyEdits(marked, await sealer.edit(new Date()))
  const reopened = await openDocument(await readDocument(edited, format, 'read'), cipher)
  if (!isEqual(readTarget(formatSecret(reopened, format), format), target)) {
    throw new Error('a sealed file does not read back as it was to be written')
  }
  return edited
}

/** Puts values in the place of marks, sealed where the file's rules say so, and renews the MAC. */
class Sealer {
  readonly #document: Document
  readonly #cipher: ValueCipher
  readonly #layout: Layout
  readonly #marks: Marks

  constructor(document: Document, cipher: ValueCipher, layout: Layout, marks: Marks) {
    this.#document = document
    this.#cipher = cipher
    this.#layout = layout
    this.#marks = marks
  }

  async edit(now: Date): Promise<readonly Edit[]> {
    const { data, metadata } = this.#document
    const leaves = collectLeaves(data, createRules(metadata.rule))
    const values = new Map(
      await Promise.all(
        leaves.map(async (leaf): Promise<[Scalar, Plain]> => [leaf.scalar, await this.#read(leaf)]),
      ),
    )
    const edits = await Promise.all(leaves.map(leaf => this.#renew(leaf)))
    return [...edits.flat(), ...(await this.#renewMac(leaves, values, metadata, now))]
  }

  async #read(leaf: Leaf): Promise<Plain> {
    return this.#marks.get(leaf.scalar.plain.text) ?? openValue(leaf, this.#cipher)
  }

  async #renew({ scalar, path, sealed }: Leaf): Promise<readonly Edit[]> {
    const plain = this.#marks.get(scalar.plain.text)
    if (!plain) return []
    const isSealed = sealed && plain.type !== 'null'
    const text = isSealed ? await this.#cipher.seal(plain, additionalData(path)) : undefined
    return [{ span: scalar.span, text: this.#layout.renderScalar(plain, text) }]
  }

  async #renewMac(
    leaves: readonly Leaf[],
    values: Values,
    metadata: Metadata,
    now: Date,
  ): Promise<readonly Edit[]> {
    const time = now.toISOString().replace(/\.\d+Z$/, 'Z')
    const counted = leaves.filter(({ scalar }) => values.get(scalar)?.type !== 'null')
    const mac = await this.#cipher.seal(
      { type: 'str', text: await computeMac(counted, values, metadata) },
      time,
    )
    return [
      { span: metadata.lastModified.span, text: this.#layout.renderScalar({ type: 'str', text: time }) },
      { span: metadata.mac.span, text: this.#layout.renderScalar({ type: 'str', text: '' }, mac) },
    ]
  }
}

function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = ''
  let at = 0
  for (const { span, text: replacement } of edits.toSorted((a, b) => a.span.start - b.span.start)) {
    result += text.slice(at, span.start) + replacement
    at = span.end
  }
  return result + text.slice(at)
}
