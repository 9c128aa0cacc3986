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

// encodeURIComponent leaves !'()* as they are; RFC 3986 reserves them.
function encodeForUrl(text: string): string {
  const encoded = encodeURIComponent(text.toWellFormed())
  return encoded.replace(/[!'()*]/g, mark => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
}

// Buffer skips what is not base64; so only what comes back the same was base64 to begin with.
function decodeBase64(text: string): string {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.toString('base64') !== text)
    throw new SecwrapError('BAD_VALUE', 'base64decode: the value is not base64 (RFC 4648, with padding)')
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new SecwrapError('BAD_VALUE', 'base64decode: the decoded value is not UTF-8 text', {
      hint: 'mount binary secrets as files',
    })
  }
}
