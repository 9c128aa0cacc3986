import { expect, test } from '@jest/globals'
import { readTls } from '../../../../src/providers/vault/tls.ts'
import { createFolder } from '../../../helpers/temporary-folder.ts'

const block = (kind: string, text: string) => `-----BEGIN ${kind}-----\n${text}\n-----END ${kind}-----`
const certificate = (text: string) => block('CERTIFICATE', text)
const [A, B, KEY] = [certificate('AAAA'), certificate('BBBB'), block('PRIVATE KEY', 'KKKK')]

test.each([
  ['nothing', {}, {}],
  ['a server name', { VAULT_TLS_SERVER_NAME: 'v' }, { serverName: 'v' }],
  ['one authority', { VAULT_CACERT_BYTES: A }, { ca: `${A}\n` }],
  [
    'two, with words and without a line break between',
    { VAULT_CACERT_BYTES: `# one\n${A}${B}` },
    { ca: `${A}\n${B}\n` },
  ],
  [
    'a client certificate',
    { VAULT_CLIENT_CERT_BYTES: A, VAULT_CLIENT_KEY_BYTES: KEY },
    { cert: `${A}\n`, key: `${KEY}\n` },
  ],
  [
    'certificate and key in one text',
    { VAULT_CLIENT_CERT_BYTES: A + KEY, VAULT_CLIENT_KEY_BYTES: A + KEY },
    { cert: `${A}\n`, key: `${KEY}\n` },
  ],
  ['verification off', { VAULT_SKIP_VERIFY: 'T' }, { insecure: true }],
  ['verification on', { VAULT_SKIP_VERIFY: 'false' }, {}],
  ['OpenBao before Vault', { VAULT_CACERT_BYTES: A, BAO_CACERT_BYTES: B }, { ca: `${B}\n` }],
])('%s', (_, env, expected) => {
  expect(readTls(env)).toEqual(expected)
})

test('a file comes before text, and a folder last', () => {
  using folder = createFolder()
  const file = folder.write('ca.pem', certificate('FILE'))
  folder.write('more/a.pem', A)
  folder.write('more/b.pem', B)
  const env = { VAULT_CAPATH: `${folder.path}/more` }
  expect(
    readTls(env)
      .ca?.match(/[AB]{4}/g)
      ?.sort(),
  ).toEqual(['AAAA', 'BBBB'])
  expect(readTls({ ...env, VAULT_CACERT_BYTES: A }).ca).toBe(`${A}\n`)
  expect(readTls({ ...env, VAULT_CACERT_BYTES: A, VAULT_CACERT: file }).ca).toContain('FILE')
})

const TOGETHER = 'VAULT_CLIENT_CERT and VAULT_CLIENT_KEY go together: one is not set'

test.each([
  ['a key without its certificate', { VAULT_CLIENT_KEY_BYTES: KEY }, TOGETHER],
  ['a certificate without its key', { VAULT_CLIENT_CERT_BYTES: A }, TOGETHER],
  ['a file that is not there', { VAULT_CACERT: '/nosuch' }, "VAULT_CACERT: /nosuch can't be read (ENOENT)"],
  ['a folder that is not there', { VAULT_CAPATH: '/nosuch' }, "VAULT_CAPATH: /nosuch can't be read (ENOENT)"],
  [
    'a key instead of a certificate',
    { VAULT_CACERT_BYTES: KEY },
    'VAULT_CACERT_BYTES holds no certificate in PEM',
  ],
  [
    'half a certificate',
    { VAULT_CACERT_BYTES: A.slice(0, -5) },
    'VAULT_CACERT_BYTES holds no certificate in PEM',
  ],
  [
    'a sealed key',
    { VAULT_CLIENT_CERT_BYTES: A, VAULT_CLIENT_KEY_BYTES: block('ENCRYPTED PRIVATE KEY', 'K') },
    'VAULT_CLIENT_KEY_BYTES holds no unencrypted private key in PEM',
  ],
  ['neither true nor false', { VAULT_SKIP_VERIFY: 'yes' }, 'VAULT_SKIP_VERIFY is neither true nor false'],
])('%s is an error', (_, env, message) => {
  expect(() => readTls(env)).toThrow(expect.objectContaining({ code: 'BAD_CONFIG', message }))
})
