/** Keys, and certificates that hold for a week: made by node:crypto and some lines of DER, for nobody to trust. */
import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'

export type KeyKind = 'rsa' | 'ec' | 'p384' | 'ed25519'

export interface Subject {
  readonly names?: readonly (readonly [oid: string, text: string])[] // the common name `app.local` if absent
  readonly dns?: readonly string[]
}

export interface Holder {
  readonly key: KeyObject
  readonly name: Buffer
  readonly certificate: string // PEM
}

export const COMMON_NAME = '2.5.4.3'
export const ORGANIZATION = '2.5.4.10'

/** @param issuer - who signs it; by default itself. @param key - one that is there already. */
export function createHolder(
  { names = [[COMMON_NAME, 'app.local']], dns = [] }: Subject,
  { issuer, kind = 'ec', key = createKey(kind) }: { issuer?: Holder; kind?: KeyKind; key?: KeyObject } = {},
): Holder {
  const name = tlv(0x30, ...names.map(each => tlv(0x31, tlv(0x30, oid(each[0]), tlv(0x0c, each[1])))))
  const signer = issuer ?? { key, name }
  const algorithm = ALGORITHMS[signer.key.asymmetricKeyType ?? ''] ?? Buffer.alloc(0)
  const serial = tlv(0x02, Buffer.of(++serials >> 8, serials & 0xff))
  const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' })
  const validity = tlv(0x30, utcTime(-DAY), utcTime(7 * DAY))
  const version = tlv(0xa0, tlv(0x02, Buffer.of(2)))
  const extensions = tlv(
    0xa3,
    tlv(0x30, basicConstraints(), ...(dns.length > 0 ? [alternativeNames(dns)] : [])),
  )
  const body = tlv(0x30, version, serial, algorithm, signer.name, validity, name, publicKey, extensions)
  const isHashed = signer.key.asymmetricKeyType !== 'ed25519'
  const signature = sign(isHashed ? 'sha256' : null, body, signer.key)
  const der = tlv(0x30, body, algorithm, tlv(0x03, Buffer.of(0), signature))
  return { key, name, certificate: toPem('CERTIFICATE', der) }
}

export function toPem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}

/** `pkcs8` is PRIVATE KEY; the others are the forms of RSA and of EC keys. */
export function keyToPem({ key }: Pick<Holder, 'key'>, type: 'pkcs8' | 'pkcs1' | 'sec1' = 'pkcs8'): string {
  return String(key.export({ format: 'pem', type }))
}

const DAY = 86_400_000
let serials = 0x4000

const ALGORITHMS: Readonly<Record<string, Buffer>> = {
  rsa: tlv(0x30, oid('1.2.840.113549.1.1.11'), tlv(0x05)),
  ec: tlv(0x30, oid('1.2.840.10045.4.3.2')),
  ed25519: tlv(0x30, oid('1.3.101.112')),
}

function createKey(kind: KeyKind): KeyObject {
  if (kind === 'rsa') return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  if (kind === 'ed25519') return generateKeyPairSync('ed25519').privateKey
  return generateKeyPairSync('ec', { namedCurve: kind === 'ec' ? 'P-256' : 'P-384' }).privateKey
}

function basicConstraints(): Buffer {
  return tlv(
    0x30,
    oid('2.5.29.19'),
    tlv(0x01, Buffer.of(0xff)),
    tlv(0x04, tlv(0x30, tlv(0x01, Buffer.of(0xff)))),
  )
}

function alternativeNames(dns: readonly string[]): Buffer {
  return tlv(0x30, oid('2.5.29.17'), tlv(0x04, tlv(0x30, ...dns.map(each => tlv(0x82, each)))))
}

function utcTime(fromNow: number): Buffer {
  const [date = ''] = new Date(Date.now() + fromNow).toISOString().split('.')
  return tlv(0x17, `${date.slice(2).replace(/[-T:]/g, '')}Z`)
}

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...others] = dotted.split('.').map(Number)
  return tlv(0x06, Buffer.from([first * 40 + second, ...others.flatMap(base128)]))
}

function base128(value: number): number[] {
  const digits = [value & 0x7f]
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) digits.unshift((rest & 0x7f) | 0x80)
  return digits
}

/** Up to 65,535 bytes. */
function tlv(tag: number, ...contents: readonly (string | Uint8Array)[]): Buffer {
  const content = Buffer.concat(contents.map(each => Buffer.from(each as string)))
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.of(tag, ...size), content])
}
