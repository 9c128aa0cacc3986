import { bytesToText, textToBytes } from './byte-text.ts'
import { SecwrapError } from './errors.ts'
import { sha256Hex } from './hash.ts'

/** What `${NAME|filter}` can do to a value. */
export const FILTERS: Readonly<Record<string, (text: string) => string>> = {
  urlencode: encodeForUrl,
  base64: text => Buffer.from(text).toString('base64'),
  base64decode: decodeBase64,
  json: text => JSON.stringify(text),
  trim: text => text.trim(),
  lower: text => text.toLowerCase(),
  upper: text => text.toUpperCase(),
  sha256: sha256Hex,
}

/**
 * The text after all filters, from left to right.
 *
 * @throws SecwrapError BAD_VALUE where a filter can't take the text; the message does not show it.
 */
export function applyFilters(text: string, names: readonly string[]): string {
  return names.reduce((result, name) => FILTERS[name]?.(result) ?? result, text)
}

/**
 * The same for a file, which takes any bytes: `base64decode` gives them as bytesToText does.
 *
 * @throws SecwrapError BAD_VALUE where a filter can't take the text, or takes text only.
 */
export function applyByteFilters(text: string, names: readonly string[]): string {
  return names.reduce((result, name) => BYTE_FILTERS[name]?.(result) ?? filterText(result, name), text)
}

const BYTE_FILTERS: typeof FILTERS = {
  base64: text => Buffer.from(textToBytes(text)).toString('base64'),
  base64decode: text => bytesToText(decodeBytes(text)),
  sha256: text => sha256Hex(textToBytes(text)),
}

function filterText(text: string, name: string): string {
  if (text.isWellFormed()) return applyFilters(text, [name])
  throw new SecwrapError('BAD_VALUE', `${name}: the decoded value is not UTF-8 text`)
}

// encodeURIComponent leaves !'()* as they are; RFC 3986 reserves them.
function encodeForUrl(text: string): string {
  const encoded = encodeURIComponent(text.toWellFormed())
  return encoded.replace(/[!'()*]/g, mark => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
}

function decodeBase64(text: string): string {
  const decoded = bytesToText(decodeBytes(text))
  if (decoded.isWellFormed()) return decoded
  throw new SecwrapError('BAD_VALUE', 'base64decode: the decoded value is not UTF-8 text', {
    hint: 'secwrap render writes binary secrets to files',
  })
}

// Buffer skips what is not base64; so only what comes back the same was base64 to begin with.
function decodeBytes(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.toString('base64') === text) return bytes
  throw new SecwrapError('BAD_VALUE', 'base64decode: the value is not base64 (RFC 4648, with padding)')
}
