/**
 * The cryptography of a PKCS#12 file, as OpenSSL 3 and Java have it by default: PBES2 with PBKDF2, HMAC-SHA-256 and
 * AES-256-CBC (RFC 8018), and a MAC by SHA-256 (RFC 7292, appendix B).
 */
import { createCipheriv, createHmac, hash, hkdfSync, pbkdf2Sync } from 'node:crypto'
import { type Der, integer, NULL, objectId, octets, sequence, toUtf16 } from './der.ts'

/** What Java's keytool takes; OpenSSL takes 2048. */
const ITERATIONS = 10_000

const OIDS = {
  pbes2: '1.2.840.113549.1.5.13',
  pbkdf2: '1.2.840.113549.1.5.12',
  hmacSha256: '1.2.840.113549.2.9',
  aes256Cbc: '2.16.840.1.101.3.4.1.42',
  sha256: '2.16.840.1.101.3.4.2.1',
} as const

export interface Sealed {
  readonly algorithm: Der
  readonly bytes: Uint8Array
}

/** Seals the parts of one file. The same key, certificates and password give the same bytes. */
export class Sealer {
  readonly #password: string
  readonly #key: Uint8Array
  readonly #content: Uint8Array

  /**
   * @param key - the private key: the secret that salts are derived from, since nobody can guess it. The password is
   * left out, so that a salt tells nothing of it.
   * @param content - all else that the file holds.
   */
  constructor(password: string, key: Uint8Array, content: Uint8Array) {
    this.#password = password
    this.#key = key
    this.#content = hash('sha256', content, 'buffer')
  }

  /** @param purpose - another one for each part, so that no two have a key or an initialisation vector in common. */
  seal(plain: Uint8Array, purpose: string): Sealed {
    const salt = this.#derive(`${purpose} salt`)
    const iv = this.#derive(`${purpose} iv`)
    const cipher = createCipheriv(
      'aes-256-cbc',
      pbkdf2Sync(this.#password, salt, ITERATIONS, 32, 'sha256'),
      iv,
    )
    return { algorithm: pbes2(salt, iv), bytes: Buffer.concat([cipher.update(plain), cipher.final()]) }
  }

  /** MacData. */
  authenticate(bytes: Uint8Array): Der {
    const salt = this.#derive('mac salt')
    const mac = createHmac('sha256', deriveMacKey(this.#password, salt)).update(bytes).digest()
    const digest = sequence(sequence(objectId(OIDS.sha256), NULL), octets(mac))
    return sequence(digest, octets(salt), integer(ITERATIONS))
  }

  #derive(purpose: string): Uint8Array {
    return new Uint8Array(hkdfSync('sha256', this.#key, this.#content, `secwrap pkcs12 ${purpose}`, 16))
  }
}

function pbes2(salt: Uint8Array, iv: Uint8Array): Der {
  const prf = sequence(objectId(OIDS.hmacSha256), NULL)
  const derivation = sequence(objectId(OIDS.pbkdf2), sequence(octets(salt), integer(ITERATIONS), prf))
  const cipher = sequence(objectId(OIDS.aes256Cbc), octets(iv))
  return sequence(objectId(OIDS.pbes2), sequence(derivation, cipher))
}

const BLOCK = 64 // bytes that SHA-256 takes at once
const MAC_KEY = 3 // what RFC 7292 has the key of a MAC derived with

/** RFC 7292, appendix B.2, for a key as long as the hash: the first round is the last. */
function deriveMacKey(password: string, salt: Uint8Array): Uint8Array {
  const terminated = toUtf16(`${password}\0`)
  let key = hash(
    'sha256',
    Buffer.concat([Buffer.alloc(BLOCK, MAC_KEY), fillBlocks(salt), fillBlocks(terminated)]),
    'buffer',
  )
  for (let round = 1; round < ITERATIONS; round++) key = hash('sha256', key, 'buffer')
  return key
}

/** Repeated to the next whole block. */
function fillBlocks(bytes: Uint8Array): Uint8Array {
  return Buffer.alloc(Math.ceil(bytes.length / BLOCK) * BLOCK, bytes)
}
