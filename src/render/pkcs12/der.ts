/** DER (ITU-T X.690), as much of it as a PKCS#12 file takes; it is written only, never read. */

export type Der = Uint8Array

export const NULL: Der = Uint8Array.of(0x05, 0)

export function sequence(...items: readonly Der[]): Der {
  return encode(0x30, Buffer.concat(items))
}

/** SET OF: DER wants the items in the order of their bytes. */
export function setOf(...items: readonly Der[]): Der {
  return encode(0x31, Buffer.concat([...items].sort(Buffer.compare)))
}

export function octets(bytes: Uint8Array): Der {
  return encode(0x04, bytes)
}

/** @param value - from 0 to 2^31 - 1. */
export function integer(value: number): Der {
  const bytes = [value >>> 24, value >>> 16, value >>> 8, value].map(byte => byte & 0xff)
  while (bytes.length > 1 && bytes[0] === 0 && (bytes[1] ?? 0) < 0x80) bytes.shift()
  return encode(0x02, Uint8Array.from(bytes))
}

/** @param dotted - such as 1.2.840.113549.1.7.1. */
export function objectId(dotted: string): Der {
  const [first = 0, second = 0, ...others] = dotted.split('.').map(Number)
  return encode(0x06, Uint8Array.from([first * 40 + second, ...others].flatMap(toBase128)))
}

export function bmpString(text: string): Der {
  return encode(0x1e, toUtf16(text))
}

/** UTF-16, the high byte first. */
export function toUtf16(text: string): Uint8Array {
  return Buffer.from(text, 'utf16le').swap16()
}

/** `[number] EXPLICIT`: a whole value within. */
export function explicit(number: number, value: Der): Der {
  return encode(0xa0 | number, value)
}

/** `[number] IMPLICIT OCTET STRING`. */
export function implicitOctets(number: number, bytes: Uint8Array): Der {
  return encode(0x80 | number, bytes)
}

function encode(tag: number, content: Uint8Array): Der {
  return Buffer.concat([Uint8Array.of(tag), encodeLength(content.length), content])
}

function encodeLength(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length)
  const bytes: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256)
  return Uint8Array.of(0x80 | bytes.length, ...bytes)
}

function toBase128(value: number): readonly number[] {
  const digits = [value % 128]
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) {
    digits.unshift((rest % 128) | 0x80)
  }
  return digits
}
