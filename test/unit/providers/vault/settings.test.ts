import { expect, test } from '@jest/globals'
import { readSettings } from '../../../../src/providers/vault/settings.ts'
import { createFolder } from '../../../helpers/temporary-folder.ts'

const ADDR = { VAULT_ADDR: 'https://vault:8200' }

test.each([
  ['VAULT_ADDR', ADDR, { address: 'https://vault:8200' }],
  ['a slash at the end', { VAULT_ADDR: 'https://vault:8200/' }, { address: 'https://vault:8200' }],
  ['a path', { VAULT_ADDR: 'https://proxy/vault/' }, { address: 'https://proxy/vault' }],
  ['OpenBao before Vault', { ...ADDR, BAO_ADDR: 'https://bao:8200' }, { address: 'https://bao:8200' }],
  ['an empty one counts as unset', { ...ADDR, BAO_ADDR: '' }, { address: 'https://vault:8200' }],
  [
    'the agent before the server',
    { ...ADDR, VAULT_AGENT_ADDR: 'http://127.0.0.1:8100' },
    { address: 'http://127.0.0.1:8100' },
  ],
  ['a namespace', { ...ADDR, VAULT_NAMESPACE: 'team' }, { namespace: 'team', loginNamespace: 'team' }],
  [
    'a namespace of the log-in',
    { ...ADDR, VAULT_NAMESPACE: 'team/a', VAULT_AUTH_NAMESPACE: 'team' },
    { namespace: 'team/a', loginNamespace: 'team' },
  ],
  ['server name', { ...ADDR, VAULT_TLS_SERVER_NAME: 'v' }, { tls: { serverName: 'v' } }],
  ['authorities as text', { ...ADDR, VAULT_CACERT_BYTES: 'PEM' }, { tls: { ca: 'PEM' } }],
  [
    'a client certificate as text',
    { ...ADDR, VAULT_CLIENT_CERT_BYTES: 'C', VAULT_CLIENT_KEY_BYTES: 'K' },
    { tls: { cert: 'C', key: 'K' } },
  ],
  ['verification on', { ...ADDR, VAULT_SKIP_VERIFY: 'false' }, { tls: {}, warnings: [] }],
])('%s', (_, env, expected) => {
  expect(readSettings({}, env)).toMatchObject(expected)
})

test('?namespace= stands for VAULT_NAMESPACE, in the log-in too', () => {
  const settings = readSettings({ namespace: 'b' }, { ...ADDR, VAULT_NAMESPACE: 'a' })
  expect(settings).toMatchObject({ namespace: 'b', loginNamespace: 'b' })
})

test.each([
  [
    'plain HTTP over a network',
    { VAULT_ADDR: 'http://vault:8200' },
    'http://vault:8200 is not encrypted: the vault token and every secret can be read on the way',
  ],
  [
    'no verification',
    { ...ADDR, VAULT_SKIP_VERIFY: '1' },
    'VAULT_SKIP_VERIFY: the certificate of https://vault:8200 is not checked',
  ],
])('warns of %s', (_, env, warning) => {
  expect(readSettings({}, env).warnings).toEqual([warning])
})

test.each(['http://127.0.0.1:8200', 'http://localhost:8200', 'http://[::1]:8200'])(
  '%s stays on this machine',
  address => {
    expect(readSettings({}, { VAULT_ADDR: address }).warnings).toEqual([])
  },
)

test.each([
  ['no address', {}, 'VAULT_ADDR is not set'],
  ['no URL', { VAULT_ADDR: 'vault:8200' }, 'VAULT_ADDR is not an https:// or http:// address'],
  ['a socket', { BAO_ADDR: 'unix:///run/vault' }, 'BAO_ADDR is not an https:// or http:// address'],
  [
    'a password in it',
    { VAULT_ADDR: 'https://user:s3cret@vault' },
    'VAULT_ADDR must not hold a user name or password',
  ],
  [
    'a key without its certificate',
    { ...ADDR, VAULT_CLIENT_KEY_BYTES: 'K' },
    'VAULT_CLIENT_CERT and VAULT_CLIENT_KEY go together: one is not set',
  ],
  [
    'a file that is not there',
    { ...ADDR, VAULT_CACERT: '/nosuch' },
    "VAULT_CACERT: /nosuch can't be read (ENOENT)",
  ],
  [
    'a folder that is not there',
    { ...ADDR, VAULT_CAPATH: '/nosuch' },
    "VAULT_CAPATH: /nosuch can't be read (ENOENT)",
  ],
  ['not a boolean', { ...ADDR, VAULT_SKIP_VERIFY: 'yes' }, 'VAULT_SKIP_VERIFY is neither true nor false'],
  [
    'a line break in the namespace',
    { ...ADDR, VAULT_NAMESPACE: 'a\nb' },
    "the namespace has characters that can't be sent (white space, controls)",
  ],
])('%s is an error', (_, env, message) => {
  expect(() => readSettings({}, env)).toThrow(expect.objectContaining({ code: 'BAD_CONFIG', message }))
})

test('a file comes before text, and a folder last', () => {
  using folder = createFolder()
  const file = folder.write('ca.pem', 'FILE')
  folder.write('more/a.pem', 'A')
  folder.write('more/b.pem', 'B')
  const env = { ...ADDR, VAULT_CAPATH: `${folder.path}/more` }
  expect(readSettings({}, env).tls.ca?.split('\n').sort()).toEqual(['A', 'B'])
  expect(readSettings({}, { ...env, VAULT_CACERT_BYTES: 'TEXT' }).tls.ca).toBe('TEXT')
  expect(readSettings({}, { ...env, VAULT_CACERT_BYTES: 'TEXT', VAULT_CACERT: file }).tls.ca).toBe('FILE')
})
