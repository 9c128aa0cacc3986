/**
 * Any bytes as a text, and back, so that filters and defaults work on binary secrets as on others. What is no UTF-8
 * becomes a lone surrogate a byte (0x80 is U+DC80), which no UTF-8 text has; Python's surrogateescape does the same.
 */
export function bytesToText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    const latin = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
    return latin.replace(/[\x80-\xff]/g, byte => String.fromCharCode(ESCAPE + byte.charCodeAt(0)))
  }
}

const ESCAPE = 0xdc00

/** @param text - well-formed but for what `bytesToText` made. */
export function textToBytes(text: string): Uint8Array {
  if (text.isWellFormed()) return new TextEncoder().encode(text)
  // latin1 takes the low byte of each unit, which for an escape is the byte that it stands for.
  if (ASCII_OR_ESCAPES.test(text)) return Buffer.from(text, 'latin1')
  const pieces: Uint8Array[] = []
  let from = 0
  for (const { 0: run, index } of text.matchAll(ESCAPES)) {
    pieces.push(Buffer.from(text.slice(from, index)), Buffer.from(run, 'latin1'))
    from = index + run.length
  }
  return Buffer.concat([...pieces, Buffer.from(text.slice(from))])
}

const ASCII_OR_ESCAPES = /^[\0-\x7f\udc80-\udcff]*$/
const ESCAPES = /[\udc80-\udcff]+/gu
