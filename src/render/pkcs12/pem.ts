/** PEM (RFC 7468) out of a secret: a text with everything, or JSON with PEM in its fields. */
import { SecwrapError } from '../../core/errors.ts'
import { type Json, parseJson } from '../../core/json.ts'

export interface PemBlock {
  readonly label: string // CERTIFICATE, EC PRIVATE KEY, …
  readonly der: Uint8Array
  readonly isEncrypted: boolean // by headers of its own, as old tools do it
}

/**
 * Every block, in order. What stands between blocks is left alone.
 *
 * @throws SecwrapError BAD_VALUE for PEM that is cut off or is no base64.
 */
export function listPemBlocks(secret: string): readonly PemBlock[] {
  return listTexts(parseJson(secret) ?? secret).flatMap(listBlocksIn)
}

/** Without recursion, as JSON may be nested deeper than calls can be. */
function listTexts(root: Json): readonly string[] {
  const texts: string[] = []
  const values = [root]
  for (const value of values) {
    if (typeof value === 'string') texts.push(value)
    else if (typeof value === 'object' && value !== null)
      for (const each of Object.values(value)) values.push(each)
  }
  return texts
}

function listBlocksIn(text: string): readonly PemBlock[] {
  const blocks: PemBlock[] = []
  const begin = /-----BEGIN ([A-Z0-9 ]+)-----/g
  for (let found = begin.exec(text); found; found = begin.exec(text)) {
    const [{ length }, label = ''] = found
    const from = found.index + length
    const end = text.indexOf(`-----END ${label}-----`, from)
    if (end < 0) throw new SecwrapError('BAD_VALUE', `pkcs12: the PEM of ${label} is cut off`)
    blocks.push(readBlock(label, text.slice(from, end)))
    begin.lastIndex = end
  }
  return blocks
}

/** Line ends may be there as \n, as after a form or a shell has had the text. */
function readBlock(label: string, body: string): PemBlock {
  const text = body.replaceAll('\\n', '\n')
  const base64 = text.replace(HEADERS, '').replace(/\s+/g, '')
  const der = Buffer.from(base64, 'base64')
  const isWhole = der.length > 0 && der.toString('base64') === base64
  if (!isWhole) throw new SecwrapError('BAD_VALUE', `pkcs12: the PEM of ${label} is not base64`)
  return { label, der, isEncrypted: label.startsWith('ENCRYPTED ') || /^DEK-Info:/m.test(text) }
}

/** `Proc-Type: 4,ENCRYPTED`; base64 has no colon. */
const HEADERS = /^[\w-]+:.*$/gm
