/** Which key, which certificate, which chain: found by what fits, in whatever order they stand. */
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import { expect, test } from '@jest/globals'
import { findIdentity } from '../../../../src/render/pkcs12/identity.ts'
import { listPemBlocks } from '../../../../src/render/pkcs12/pem.ts'
import {
  COMMON_NAME,
  createHolder,
  type Holder,
  keyToPem,
  ORGANIZATION,
  toPem,
} from '../../../helpers/certificates.ts'
import { findLeaks } from '../../../helpers/leaks.ts'

const named = (name: string) => ({ names: [[COMMON_NAME, name]] as const })

const root = createHolder(named('root'), { kind: 'p384' })
const middle = createHolder(named('middle'), { issuer: root })
const lower = createHolder(named('lower'), { issuer: middle, kind: 'ed25519' })
const leaf = createHolder(named('leaf'), { issuer: lower })
const stranger = createHolder(named('stranger'))
const KEY = keyToPem(leaf)

function find(...texts: readonly string[]) {
  const { key, leaf: own, chain, alias } = findIdentity(listPemBlocks(texts.join('')))
  const issued = createPrivateKey({ key: Buffer.from(key), format: 'der', type: 'pkcs8' })
  expect(own.checkPrivateKey(issued)).toBe(true)
  return { key: issued, names: [own, ...chain].map(({ subject }) => subject), alias }
}

const pems = (...holders: readonly Holder[]) => holders.map(({ certificate }) => certificate)

test.each([
  ['leaf first', [KEY, ...pems(leaf, lower, middle, root)]],
  ['root first', [...pems(root, middle, lower, leaf), KEY]],
  ['anyhow', [...pems(middle, leaf), KEY, ...pems(root, lower)]],
  ['some of them twice', [...pems(leaf, leaf, root, lower), KEY, KEY, ...pems(middle, root, leaf)]],
])('a chain goes from leaf to root: %s', (_, texts) => {
  expect(find(...texts)).toMatchObject({
    names: ['CN=leaf', 'CN=lower', 'CN=middle', 'CN=root'],
    alias: 'leaf',
  })
})

test('what leads nowhere stands behind, in its order', () => {
  expect(find(...pems(stranger, root, leaf, lower), KEY).names).toEqual([
    'CN=leaf',
    'CN=lower',
    'CN=stranger',
    'CN=root',
  ])
})

test('a certificate that signed itself stands alone', () => {
  expect(find(keyToPem(stranger), ...pems(stranger)).names).toEqual(['CN=stranger'])
})

test('two authorities that vouch for each other do not go round for ever', () => {
  const [a, b] = [createHolder(named('a')), createHolder(named('b'))]
  const [crossA, crossB] = [
    createHolder(named('a'), { issuer: b, key: a.key }),
    createHolder(named('b'), { issuer: a, key: b.key }),
  ]
  const own = createHolder(named('own'), { issuer: a })
  expect(find(keyToPem(own), ...pems(own, crossA, crossB)).names).toEqual(['CN=own', 'CN=a', 'CN=b'])
})

const rsa = createHolder(named('rsa'), { kind: 'rsa' })
const ed = createHolder(named('ed'), { kind: 'ed25519' })
const p384 = createHolder(named('p384'), { kind: 'p384' })
const PARAMETERS = toPem('EC PARAMETERS', Buffer.from('06052b81040022', 'hex'))

test.each([
  ['RSA, PKCS#8', rsa, keyToPem(rsa)],
  ['RSA, PKCS#1', rsa, keyToPem(rsa, 'pkcs1')],
  ['P-256, PKCS#8', leaf, KEY],
  ['P-256, SEC1', leaf, keyToPem(leaf, 'sec1')],
  ['P-384, SEC1, with its parameters', p384, PARAMETERS + keyToPem(p384, 'sec1')],
  ['Ed25519', ed, keyToPem(ed)],
  ['both forms of one key', rsa, keyToPem(rsa) + keyToPem(rsa, 'pkcs1')],
])('a key is read: %s', (_, holder, key) => {
  expect(find(holder.certificate, key).key.equals(holder.key)).toBe(true)
})

test('certificate requests and others are left alone', () => {
  const others = ['CERTIFICATE REQUEST', 'PUBLIC KEY', 'X509 CRL', 'DH PARAMETERS'].map(label =>
    toPem(label, Buffer.from('whatever')),
  )
  expect(find(...others, KEY, ...pems(leaf)).names).toEqual(['CN=leaf'])
})

test.each([
  ['the common name', named('app.local'), 'app.local'],
  ['with what is escaped', named('a, "b" <c>\\d+e;f=ü/x'), 'a, "b" <c>\\d+e;f=ü/x'],
  [
    'the last one',
    {
      names: [
        [COMMON_NAME, 'wide'],
        [ORGANIZATION, 'CN=no'],
        [COMMON_NAME, 'narrow'],
      ],
    },
    'narrow',
  ],
  ['without line ends', named('two\nCN=lines'), 'twoCN=lines'],
  ['a DNS name', { names: [[ORGANIZATION, 'we']], dns: ['first.local', 'second.local'] }, 'first.local'],
  ['the common name before a DNS name', { ...named('cn'), dns: ['first.local'] }, 'cn'],
  ['neither', { names: [] }, 'mykey'],
] as const)('the alias is %s', (_, subject, alias) => {
  const holder = createHolder(subject)
  expect(find(keyToPem(holder), holder.certificate).alias).toBe(alias)
})

const renewed = createHolder(named('leaf'), { issuer: lower, key: leaf.key })
const encrypted = String(
  leaf.key.export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'x' }),
)
const old = String(rsa.key.export({ format: 'pem', type: 'pkcs1', cipher: 'aes-256-cbc', passphrase: 'x' }))

test.each([
  ['no key', pems(leaf, root), 'there is no private key in PEM'],
  ['nothing', [], 'there is no private key in PEM'],
  ['several keys', [KEY, keyToPem(stranger), ...pems(leaf)], 'there are 2 private keys'],
  ['no certificate', [KEY], 'there is no certificate in PEM'],
  ['no certificate that fits', [KEY, ...pems(lower, stranger, rsa)], 'no certificate fits the private key'],
  ['two that fit', [KEY, ...pems(leaf, renewed)], '2 certificates fit the private key'],
  [
    'an encrypted key',
    [encrypted, ...pems(leaf)],
    'the private key is encrypted, and there is no password to open it with',
  ],
  [
    'one by headers',
    [old, ...pems(rsa)],
    'the private key is encrypted, and there is no password to open it with',
  ],
  [
    'a key of OpenSSH',
    [toPem('OPENSSH PRIVATE KEY', Buffer.from('x'))],
    'OPENSSH PRIVATE KEY is not a form of private keys that can be read',
  ],
  [
    'a damaged key',
    [toPem('PRIVATE KEY', Buffer.from('x')), ...pems(leaf)],
    'the private key is damaged, or of an unknown kind',
  ],
  [
    'a damaged certificate',
    [KEY, ...pems(leaf), toPem('CERTIFICATE', Buffer.from('x'))],
    'a certificate is damaged',
  ],
])('%s is told, and nothing of it is shown', (_, texts, fact) => {
  const blocks = listPemBlocks(texts.join(''))
  expect(() => findIdentity(blocks)).toThrow(
    expect.objectContaining({ code: 'BAD_VALUE', message: `pkcs12: ${fact}` }),
  )
  expect(findLeaks([KEY], fact)).toEqual([])
})

test('the certificates of these tests are what they say', () => {
  const [own, issuer] = [lower, middle].map(({ certificate }) => new X509Certificate(certificate))
  const isSignedBy = (holder: Holder) => own?.verify(createPublicKey(holder.key))
  expect([middle, root].map(isSignedBy)).toEqual([true, false])
  expect(own?.checkIssued(issuer as X509Certificate)).toBe(true)
})
