/**
 * Opens what age seals for one X25519 recipient, without loading age-encryption: that takes a compiled start
 * 12 ms, this 4. Nearly every data key of a sops file has this one form; whatever has another is age-encryption's.
 *
 * Source: The age file encryption format, age-encryption.org/v1 (C2SP).
 */
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { hmacSha256 } from '../core/hash.ts'
import { decodeBech32 } from './bech32.ts'

/** A sealed data key, taken apart. */
export interface X25519File {
  readonly header: Uint8Array<ArrayBuffer> // what its MAC covers
  readonly share: Uint8Array<ArrayBuffer> // the sender's one-time public key
  readonly sealedFileKey: Uint8Array<ArrayBuffer>
  readonly mac: Uint8Array<ArrayBuffer>
  readonly nonce: Uint8Array<ArrayBuffer>
  readonly payload: Uint8Array<ArrayBuffer>
}

/** Undefined for every other form of an age file: several recipients, other kinds, a longer content. */
export function readX25519File(armored: string): X25519File | undefined {
  const base64 = ARMOR.exec(armored)?.[1]
  const bytes = base64 === undefined ? undefined : decode(base64)
  const text = bytes && new TextDecoder('latin1').decode(bytes)
  const match = text === undefined ? null : HEADER.exec(text)
  if (!bytes || !match || bytes.length !== match[0].length + NONCE_BYTES + PAYLOAD_BYTES) return undefined
  const [share, sealedFileKey, mac] = match.slice(1).map(part => decode(part))
  if (!share || !sealedFileKey || !mac) return undefined
  const content = bytes.subarray(match[0].length)
  return {
    header: bytes.subarray(0, match[0].lastIndexOf('---') + 3),
    share,
    sealedFileKey,
    mac,
    nonce: content.subarray(0, NONCE_BYTES),
    payload: content.subarray(NONCE_BYTES),
  }
}

const ARMOR =
  /^\s*-----BEGIN AGE ENCRYPTED FILE-----\n((?:[\w+/]{64}\n)*[\w+/]{1,64}={0,2}\n)-----END AGE ENCRYPTED FILE-----\s*$/
const HEADER =
  /^age-encryption\.org\/v1\n-> X25519 ([A-Za-z\d+/]{43})\n([A-Za-z\d+/]{43})\n--- ([A-Za-z\d+/]{43})\n/
const SECRET_BYTES = 32
const NONCE_BYTES = 16
const PAYLOAD_BYTES = 32 + 16 // a data key and its tag

/** The content, 32 bytes; undefined where it is not sealed for this identity, or was changed. */
export async function openX25519File(
  file: X25519File,
  identity: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const secret = decodeBech32(identity)
  if (secret?.length !== SECRET_BYTES) return undefined
  const [shared, recipient] = await Promise.all([multiply(secret, file.share), multiply(secret, BASE_POINT)])
  if (!shared || !recipient) return undefined
  const salt = new Uint8Array([...file.share, ...recipient])
  const fileKey = open(
    deriveKey(shared, salt, 'age-encryption.org/v1/X25519'),
    new Uint8Array(12),
    file.sealedFileKey,
  )
  if (!fileKey || !isEqual(hmacSha256(deriveKey(fileKey, NO_SALT, 'header'), file.header), file.mac))
    return undefined
  return open(deriveKey(fileKey, file.nonce, 'payload'), LAST_CHUNK, file.payload)
}

const BASE_POINT = new Uint8Array(32).with(0, 9)
const NO_SALT = new Uint8Array(32)
const LAST_CHUNK = new Uint8Array(12).with(11, 1) // chunk 0, and none after it

/** X25519; undefined for a point of low order, whose product tells nothing of the secret. */
async function multiply(
  secret: Uint8Array,
  point: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    const { subtle } = crypto
    const pkcs8 = new Uint8Array([...PKCS8_X25519, ...secret])
    const key = await subtle.importKey('pkcs8', pkcs8, 'X25519', false, ['deriveBits'])
    const peer = await subtle.importKey('raw', point, 'X25519', false, [])
    const product = new Uint8Array(await subtle.deriveBits({ name: 'X25519', public: peer }, key, 256))
    return product.some(byte => byte !== 0) ? product : undefined
  } catch {
    return undefined
  }
}

// The DER of a private key's envelope. Source: RFC 8410.
const PKCS8_X25519 = Uint8Array.fromHex('302e020100300506032b656e04220420')

/** HKDF-SHA-256, 32 bytes. */
function deriveKey(secret: Uint8Array, salt: Uint8Array, info: string): Uint8Array {
  const block = new TextEncoder().encode(`${info}\u0001`)
  return hmacSha256(hmacSha256(salt, secret), block)
}

function open(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  try {
    return new Uint8Array(chacha20poly1305(key, nonce).decrypt(sealed))
  } catch {
    return undefined
  }
}

function isEqual(left: Uint8Array, right: Uint8Array): boolean {
  return (
    left.length === right.length &&
    left.reduce((difference, byte, index) => difference | (byte ^ (right[index] ?? 0)), 0) === 0
  )
}

/** Of the forms that stand for the same bytes, age takes one: the bits of the last letter that count for none are 0. */
function decode(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    const bytes = Uint8Array.fromBase64(base64)
    const canonical = bytes.toBase64({ omitPadding: true })
    return canonical === base64.replace(/[\n=]/g, '') ? bytes : undefined
  } catch {
    return undefined
  }
}
