/** PEM → PKCS#12 (RFC 7292): one key, its certificate and its authorities in one file, for Java, Node and others. */
import type { X509Certificate } from 'node:crypto'
import {
  bmpString,
  type Der,
  explicit,
  implicitOctets,
  integer,
  objectId,
  octets,
  sequence,
  setOf,
} from './der.ts'
import { findIdentity, type Identity } from './identity.ts'
import { listPemBlocks } from './pem.ts'
import { Sealer } from './sealing.ts'

const OIDS = {
  data: '1.2.840.113549.1.7.1',
  encryptedData: '1.2.840.113549.1.7.6',
  keyBag: '1.2.840.113549.1.12.10.1.2',
  certificateBag: '1.2.840.113549.1.12.10.1.3',
  x509: '1.2.840.113549.1.9.22.1',
  friendlyName: '1.2.840.113549.1.9.20',
  localKeyId: '1.2.840.113549.1.9.21',
} as const

const VERSION = 3

/**
 * The same bytes for the same secret and password.
 *
 * @param secret - PEM, or JSON with PEM in its fields.
 * @throws SecwrapError BAD_VALUE; no message shows any of it.
 */
export function makePkcs12(secret: string, password: string): Uint8Array {
  const identity = findIdentity(listPemBlocks(secret))
  const { key, leaf, chain } = identity
  const sealer = new Sealer(password, key, Buffer.concat([leaf, ...chain].map(({ raw }) => raw)))
  const contents = sequence(sealCertificates(identity, sealer), sealKey(identity, sealer))
  return sequence(integer(VERSION), data(contents), sealer.authenticate(contents))
}

function sealCertificates(identity: Identity, sealer: Sealer): Der {
  const { leaf, chain } = identity
  const bags = [certificateBag(leaf, attributesOf(identity)), ...chain.map(each => certificateBag(each))]
  const { algorithm, bytes } = sealer.seal(sequence(...bags), 'certificates')
  const sealed = sequence(objectId(OIDS.data), algorithm, implicitOctets(0, bytes))
  return sequence(objectId(OIDS.encryptedData), explicit(0, sequence(integer(0), sealed)))
}

function sealKey(identity: Identity, sealer: Sealer): Der {
  const { algorithm, bytes } = sealer.seal(identity.key, 'key')
  return data(sequence(bag(OIDS.keyBag, sequence(algorithm, octets(bytes)), attributesOf(identity))))
}

function data(content: Der): Der {
  return sequence(objectId(OIDS.data), explicit(0, octets(content)))
}

function certificateBag({ raw }: X509Certificate, attributes?: Der): Der {
  return bag(OIDS.certificateBag, sequence(objectId(OIDS.x509), explicit(0, octets(raw))), attributes)
}

function bag(type: string, value: Der, attributes?: Der): Der {
  return sequence(objectId(type), explicit(0, value), ...(attributes ? [attributes] : []))
}

/** What says that key and certificate belong together, and by which name Java lists them. */
function attributesOf({ leaf, alias }: Identity): Der {
  const id = Buffer.from(leaf.fingerprint256.replaceAll(':', ''), 'hex')
  return setOf(
    sequence(objectId(OIDS.friendlyName), setOf(bmpString(alias))),
    sequence(objectId(OIDS.localKeyId), setOf(octets(id))),
  )
}
