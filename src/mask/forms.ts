/** One value → everything that it looks like when a program prints it: as it is, and in the encodings of logs and tools. */
import { listBase64 } from './base64.ts'
import { listQuoted } from './quoted.ts'
import { listUrlEncoded } from './url-encoded.ts'
import { isWorthMasking } from './worth.ts'

export interface MaskValue {
  readonly text: string
  readonly isMarked: boolean // @sensitive: masked also where it is short or a common word
}

/** Bytes to look for. */
export interface Form {
  readonly bytes: Uint8Array
  readonly wraps: boolean // base64, which programs break into lines
}

/** Each form once. */
export function listForms(values: readonly MaskValue[]): readonly Form[] {
  const wrapping = new Set<string>()
  const plain = new Set<string>()
  for (const value of values) {
    for (const text of listWhole(value)) {
      addAll(plain, listTextual(text))
      addAll(wrapping, listBase64(text))
    }
    for (const line of listLines(value.text)) addAll(plain, listTextual(line))
  }
  return [...toForms(plain, false), ...toForms(wrapping, true)]
}

/** To compare a longer one at every place takes too long where a text nearly holds it again and again. */
const MOST_FORM_BYTES = 512

function toForms(texts: ReadonlySet<string>, wraps: boolean): readonly Form[] {
  const pieces = new Map<string, Form>() // a long value may repeat itself
  for (const text of texts) {
    for (const bytes of cut(Buffer.from(text))) pieces.set(bytes.toString('latin1'), { bytes, wraps })
  }
  return [...pieces.values()]
}

/** Into pieces of one size. */
function cut(bytes: Buffer): readonly Buffer[] {
  const count = Math.ceil(bytes.length / MOST_FORM_BYTES)
  const size = Math.ceil(bytes.length / count)
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * size, (index + 1) * size))
}

/** The value, without white space around it, and the texts of a JSON document that it may be. */
function listWhole({ text, isMarked }: MaskValue): readonly string[] {
  const own = [text, text.trim()].filter(each => each !== '' && (isMarked || isWorthMasking(each)))
  return [...own, ...listLeaves(text).filter(isWorthMasking)]
}

function listLines(text: string): readonly string[] {
  const lines = text.split(/[\r\n]+/)
  if (lines.length === 1) return []
  return lines.flatMap(line => [line, line.trim()]).filter(isWorthMasking)
}

/** A store's map that is passed on whole: a program prints a field of it. */
function listLeaves(text: string): readonly string[] {
  if (!/^\s*[{[]/.test(text)) return []
  const leaves: string[] = []
  try {
    JSON.parse(text, (_, value: unknown) => void (typeof value === 'string' && leaves.push(value)))
  } catch {
    return []
  }
  return leaves
}

function listTextual(text: string): readonly string[] {
  // A terminal ends lines with CR LF.
  return [text, text.replace(/\r?\n/g, '\r\n'), ...listUrlEncoded(text), ...listQuoted(text)]
}

function addAll(set: Set<string>, texts: readonly string[]): void {
  for (const text of texts) set.add(text)
}
