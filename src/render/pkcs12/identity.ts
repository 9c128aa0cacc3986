/** Who a secret is: its one private key, the certificate of that key, and those of its authorities. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { SecwrapError } from '../../core/errors.ts'
import type { PemBlock } from './pem.ts'

export interface Identity {
  readonly key: Uint8Array // PKCS#8
  readonly leaf: X509Certificate
  readonly chain: readonly X509Certificate[] // of the leaf's issuer, of its issuer, …; then what leads nowhere
  readonly alias: string // what Java lists it as
}

/** @throws SecwrapError BAD_VALUE where it is not just one; no message shows any of it. */
export function findIdentity(blocks: readonly PemBlock[]): Identity {
  const key = findKey(blocks)
  const certificates = listCertificates(blocks)
  const leaf = findLeaf(certificates, key)
  const others = certificates.filter(each => each !== leaf)
  return { key: exportKey(key), leaf, chain: orderChain(leaf, others), alias: aliasOf(leaf) }
}

function refuse(fact: string): SecwrapError {
  return new SecwrapError('BAD_VALUE', `pkcs12: ${fact}`)
}

/** A key that stands there twice, as in Vault's pem_bundle, is one. */
function findKey(blocks: readonly PemBlock[]): KeyObject {
  const keys = new Map<string, KeyObject>()
  for (const block of blocks) {
    if (!block.label.endsWith('PRIVATE KEY')) continue
    const key = readKey(block)
    keys.set(Buffer.from(exportKey(key)).toString('base64'), key)
  }
  const [key] = keys.values()
  if (!key) throw refuse('there is no private key in PEM')
  if (keys.size > 1) throw refuse(`there are ${keys.size} private keys`)
  return key
}

const KEY_TYPES: Readonly<Record<string, 'pkcs8' | 'pkcs1' | 'sec1'>> = {
  'PRIVATE KEY': 'pkcs8',
  'RSA PRIVATE KEY': 'pkcs1',
  'EC PRIVATE KEY': 'sec1',
}

function readKey({ label, der, isEncrypted }: PemBlock): KeyObject {
  if (isEncrypted) throw refuse('the private key is encrypted, and there is no password to open it with')
  const type = KEY_TYPES[label]
  if (!type) throw refuse(`${label} is not a form of private keys that can be read`)
  try {
    return createPrivateKey({ key: Buffer.from(der), format: 'der', type })
  } catch {
    throw refuse('the private key is damaged, or of an unknown kind')
  }
}

function exportKey(key: KeyObject): Uint8Array {
  return key.export({ format: 'der', type: 'pkcs8' })
}

function listCertificates(blocks: readonly PemBlock[]): readonly X509Certificate[] {
  const certificates = new Map<string, X509Certificate>()
  for (const { label, der } of blocks) {
    if (label !== 'CERTIFICATE' && label !== 'X509 CERTIFICATE') continue
    const certificate = readCertificate(der)
    certificates.set(certificate.fingerprint256, certificate)
  }
  return [...certificates.values()]
}

function readCertificate(der: Uint8Array): X509Certificate {
  try {
    return new X509Certificate(der)
  } catch {
    throw refuse('a certificate is damaged')
  }
}

function findLeaf(certificates: readonly X509Certificate[], key: KeyObject): X509Certificate {
  if (certificates.length === 0) throw refuse('there is no certificate in PEM')
  const leaves = certificates.filter(certificate => fits(certificate, key))
  const [leaf] = leaves
  if (!leaf) throw refuse('no certificate fits the private key')
  if (leaves.length > 1) throw refuse(`${leaves.length} certificates fit the private key`)
  return leaf
}

function fits(certificate: X509Certificate, key: KeyObject): boolean {
  try {
    return certificate.checkPrivateKey(key)
  } catch {
    return false // an authority's key may be of a kind that the runtime does not know
  }
}

function orderChain(leaf: X509Certificate, others: readonly X509Certificate[]): readonly X509Certificate[] {
  const rest = new Set(others)
  const chain: X509Certificate[] = []
  for (let last: X509Certificate | undefined = leaf; last; ) {
    const issuer = [...rest].find(each => last?.checkIssued(each))
    if (issuer) chain.push(issuer)
    if (issuer) rest.delete(issuer)
    last = issuer
  }
  return [...chain, ...rest]
}

/** The common name, else the first DNS name, else what keytool calls a key by itself. */
function aliasOf({ subject, subjectAltName }: X509Certificate): string {
  // Not toLegacyObject(), which ends Node 26.10 with a segmentation fault for some curves.
  const name = [...(subject ?? '').matchAll(/^CN=(.+)$/gm)].at(-1)?.[1]
  if (name !== undefined) return name.replace(/\\[0-9A-F]{2}/g, '').replace(/\\(.)/g, '$1')
  return /(?:^|, )DNS:([^,"]+)/.exec(subjectAltName ?? '')?.[1] ?? 'mykey'
}
