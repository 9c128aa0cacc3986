/** The file as its readers see it: Node opens it, and shows its certificates in a handshake. */
import { once } from 'node:events'
import { duplexPair } from 'node:stream'
import { connect, createSecureContext, TLSSocket } from 'node:tls'
import { expect, test } from '@jest/globals'
import { makePkcs12 } from '../../../../src/render/pkcs12/pkcs12.ts'
import { COMMON_NAME, createHolder, type KeyKind, keyToPem } from '../../../helpers/certificates.ts'

const PASSWORD = 'planted keystore passphrase'

const root = createHolder({ names: [[COMMON_NAME, 'root']] })
const middle = createHolder({ names: [[COMMON_NAME, 'middle']] }, { issuer: root })

function createBundle(kind: KeyKind = 'ec'): string {
  const leaf = createHolder({ dns: ['app.local'] }, { issuer: middle, kind })
  return keyToPem(leaf) + root.certificate + leaf.certificate + middle.certificate
}

/** What a client is shown that trusts the root only, as names from leaf to root. */
async function shakeHands(pfx: Uint8Array, passphrase: string): Promise<readonly string[]> {
  const [one, other] = duplexPair()
  const secureContext = createSecureContext({ pfx: Buffer.from(pfx), passphrase })
  const server = new TLSSocket(one as never, { isServer: true, secureContext })
  const client = connect({ socket: other, servername: 'app.local', ca: root.certificate })
  await once(client, 'secureConnect')
  const names: string[] = []
  for (let shown = client.getPeerX509Certificate(); shown; shown = shown.issuerCertificate) {
    names.push(shown.subject)
  }
  for (const socket of [client, server]) socket.destroy()
  return names
}

test.each(['rsa', 'ec', 'p384', 'ed25519'] as const)('a server of Node takes it: %s', async kind => {
  const pfx = makePkcs12(createBundle(kind), PASSWORD)
  expect(await shakeHands(pfx, PASSWORD)).toEqual(['CN=app.local', 'CN=middle', 'CN=root'])
})

test('an empty password is one', async () => {
  expect(await shakeHands(makePkcs12(createBundle(), ''), '')).toHaveLength(3)
})

const bundle = createBundle()
const file = Buffer.from(makePkcs12(bundle, PASSWORD))

test.each([
  ['another password', file, `${PASSWORD}x`],
  ['none', file, ''],
  ['a byte changed within', changeByte(file, file.length >> 1), PASSWORD],
  ['a byte changed in its MAC', changeByte(file, file.length - 30), PASSWORD],
])('it does not open with %s', (_, pfx, passphrase) => {
  expect(() => createSecureContext({ pfx, passphrase })).toThrow(/mac verify failure/i)
})

function changeByte(bytes: Buffer, at: number): Buffer {
  const changed = Buffer.from(bytes)
  changed.writeUInt8(changed.readUInt8(at) ^ 1, at)
  return changed
}

test('the same key, certificates and password give the same bytes, in whatever form they come', () => {
  const pieces = bundle.split(/(?<=-----END [A-Z ]+-----\n)/)
  const [key, ...certificates] = pieces
  for (const same of [
    bundle,
    pieces.reverse().join('\n'),
    bundle + bundle,
    JSON.stringify({ ca_chain: certificates, private_key: key, certificate: certificates[1] }),
  ]) {
    expect(Buffer.from(makePkcs12(same, PASSWORD)).equals(file)).toBe(true)
  }
})

/** The MAC's salt: 16 bytes before the file's last number, its iterations. */
const saltOf = (pfx: Uint8Array) => Buffer.from(pfx).subarray(-20, -4).toString('hex')

test('salts are those of key and certificates, and the password has no part in them', () => {
  const others = [createBundle(), bundle.replace(root.certificate, '')]
  const salts = [bundle, ...others].map(text => saltOf(makePkcs12(text, PASSWORD)))
  expect(new Set(salts).size).toBe(3)
  expect(saltOf(makePkcs12(bundle, 'another'))).toBe(salts[0])
  expect(file.subarray(-22, -20).toString('hex') + file.subarray(-4).toString('hex')).toBe('041002022710')
})

test('another password gives other bytes', () => {
  expect(Buffer.from(makePkcs12(bundle, 'another')).equals(file)).toBe(false)
})

test('neither key nor password is in it', () => {
  const der = Buffer.from(bundle.split('\n').slice(1, 4).join(''), 'base64')
  for (const planted of [PASSWORD, der.subarray(-32)]) expect(file.includes(planted)).toBe(false)
  expect(file.includes('app.local')).toBe(false) // the certificates are sealed, too
})
