import { bytesToText, textToBytes } from './byte-text.ts'
import { SecwrapError } from './errors.ts'
import { sha256Hex } from './hash.ts'

export type Filters = Readonly<Record<string, (text: string) => string>>

/** What `${NAME|filter}` can do to a value. */
export const FILTERS: Filters = {
  urlencode: encodeForUrl,
  base64: text => Buffer.from(text).toString('base64'),
  base64decode: decodeBase64,
  json: text => JSON.stringify(text),
  trim: text => text.trim(),
  lower: text => text.toLowerCase(),
  upper: text => text.toUpperCase(),
  sha256: sha256Hex,
  pkcs12: refuseOutsideFiles,
}

/** Whether it takes more than the value, so that whoever fills a file has to bring it. */
export function isFileFilter(name: string): boolean {
  return name === 'pkcs12'
}

/** @throws SecwrapError BAD_TEMPLATE */
export function refuseOutsideFiles(): never {
  throw new SecwrapError('BAD_TEMPLATE', 'the filter pkcs12 makes a file, which no variable can hold', {
    hint: 'secwrap render web.p12.template:/run/web.p12',
  })
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
 * @param more - filters that work on text, and give bytes in the same way.
 * @throws SecwrapError BAD_VALUE where a filter can't take the text, or takes text only.
 */
export function applyByteFilters(text: string, names: readonly string[], more: Filters): string {
  return names.reduce((result, name) => BYTE_FILTERS[name]?.(result) ?? filterText(result, name, more), text)
}

const BYTE_FILTERS: Filters = {
  base64: text => Buffer.from(textToBytes(text)).toString('base64'),
  base64decode: text => bytesToText(decodeBytes(text)),
  sha256: text => sha256Hex(textToBytes(text)),
}

function filterText(text: string, name: string, more: Filters): string {
  if (text.isWellFormed()) return more[name]?.(text) ?? applyFilters(text, [name])
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
