import { formatFloat, readInt } from './numbers.ts'
import type { Plain } from './tree.ts'

/** Why a value does not open: it was changed, moved to another name or sealed with another key; or is no text. */
export type Fault = 'changed' | 'binary'

type Parts = Readonly<Record<'data' | 'iv' | 'tag', string>> // base64

/**
 * One value of a sealed file: AES-256-GCM under the file's data key, its names as additional data,
 * written as `ENC[AES256_GCM,data:…,iv:…,tag:…,type:str]`. Source: aes/cipher.go of sops.
 *
 * WebCrypto, as it opens many values at once on other threads: 200 take 2 ms, by node:crypto 6.
 */
export class ValueCipher {
  readonly #key: CryptoKey

  private constructor(key: CryptoKey) {
    this.#key = key
  }

  /** @param dataKey - 32 bytes. */
  static async create(dataKey: Uint8Array<ArrayBuffer>): Promise<ValueCipher> {
    return new ValueCipher(
      await crypto.subtle.importKey('raw', dataKey, 'AES-GCM', false, ['encrypt', 'decrypt']),
    )
  }

  async open(sealed: string, additionalData: string): Promise<Plain | Fault> {
    const [, data = '', iv = '', tag = '', type = ''] = SEALED.exec(sealed) ?? []
    const bytes = await this.#decrypt({ data, iv, tag }, additionalData)
    if (!bytes) return 'changed'
    const text = decode(bytes)
    if (text === undefined) return 'binary'
    return readPlain(type, text) ?? 'changed'
  }

  async #decrypt({ data, iv, tag }: Parts, additionalData: string): Promise<ArrayBuffer | undefined> {
    try {
      const algorithm = { name: 'AES-GCM', iv: fromBase64(iv), additionalData: encode(additionalData) }
      return await crypto.subtle.decrypt(algorithm, this.#key, concat(fromBase64(data), fromBase64(tag)))
    } catch {
      return undefined
    }
  }

  /** A number keeps its digits; an empty text stays empty, as with sops. */
  async seal({ type, text, source = text }: Plain, additionalData: string): Promise<string> {
    if (text === '') return ''
    const iv = crypto.getRandomValues(new Uint8Array(32))
    const algorithm = { name: 'AES-GCM', iv, additionalData: encode(additionalData) }
    const bytes = new Uint8Array(await crypto.subtle.encrypt(algorithm, this.#key, encode(source)))
    const data = bytes.subarray(0, -TAG_BYTES).toBase64()
    const tag = bytes.subarray(-TAG_BYTES).toBase64()
    return `ENC[AES256_GCM,data:${data},iv:${iv.toBase64()},tag:${tag},type:${type}]`
  }
}

export function isSealed(text: string): boolean {
  return SEALED.test(text)
}

const SEALED = /^ENC\[AES256_GCM,data:([^,]+),iv:([^,]+),tag:([^,]+),type:([^\]]+)\]/
const TAG_BYTES = 16

function readPlain(type: string, text: string): Plain | undefined {
  switch (type) {
    case 'str':
    case 'bytes':
    case 'time':
    case 'comment':
      return { type, text }
    case 'int':
      return /^[-+]?\d+$/.test(text) ? readInt(BigInt(text)) : undefined
    case 'float':
      return { type, text: formatFloat(Number(text)), source: text }
    case 'bool':
      return readBool(text)
    default:
      return undefined
  }
}

// Source: strconv.ParseBool.
function readBool(text: string): Plain | undefined {
  if (/^(?:1|[tT]|true|True|TRUE)$/.test(text)) return { type: 'bool', text: 'True' }
  if (/^(?:0|[fF]|false|False|FALSE)$/.test(text)) return { type: 'bool', text: 'False' }
  return undefined
}

function decode(bytes: ArrayBuffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromBase64(text)
}

function concat(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(first.length + second.length)
  bytes.set(first)
  bytes.set(second, first.length)
  return bytes
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text)
}
