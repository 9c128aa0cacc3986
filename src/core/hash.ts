/**
 * SHA-256 by what the runtime has at hand. Bun's own hasher needs no loading; node:crypto costs a compiled
 * program 2 ms, and WebCrypto 0.1 ms a signature, as each of its steps goes to another thread and back.
 */
interface Hasher {
  update(data: string | Uint8Array): Hasher
  digest(): Uint8Array
  digest(encoding: 'hex'): string
}

/** 64 hexadecimal digits. Text is hashed as UTF-8. */
export function sha256Hex(data: string | Uint8Array): string {
  return openHasher().update(data).digest('hex')
}

/** HMAC-SHA-256, 32 bytes. */
export function hmacSha256(key: string | Uint8Array, data: string | Uint8Array): Uint8Array {
  return openHasher(key).update(data).digest()
}

/** HMAC-SHA-256 as 64 hexadecimal digits. */
export function hmacSha256Hex(key: string | Uint8Array, data: string): string {
  return openHasher(key).update(data).digest('hex')
}

function openHasher(key?: string | Uint8Array): Hasher {
  const { Bun } = globalThis as unknown as {
    Bun?: { CryptoHasher: new (algorithm: string, key?: string | Uint8Array) => Hasher }
  }
  if (Bun) return new Bun.CryptoHasher('sha256', key)
  const { createHash, createHmac } = process.getBuiltinModule('node:crypto')
  return key === undefined ? createHash('sha256') : createHmac('sha256', key)
}
