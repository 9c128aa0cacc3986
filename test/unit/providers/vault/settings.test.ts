import { expect, test } from '@jest/globals'
import { readSettings } from '../../../../src/providers/vault/settings.ts'

const ADDR = { VAULT_ADDR: 'https://vault:8200' }

test.each([
  ['VAULT_ADDR', ADDR, { address: 'https://vault:8200' }],
  ['a slash at the end', { VAULT_ADDR: 'https://vault:8200/' }, { address: 'https://vault:8200' }],
  ['capital letters', { VAULT_ADDR: 'HTTPS://Vault:8200' }, { address: 'https://Vault:8200' }],
  ['a path', { VAULT_ADDR: 'https://proxy/vault/' }, { address: 'https://proxy/vault' }],
  ['OpenBao before Vault', { ...ADDR, BAO_ADDR: 'https://bao:8200' }, { address: 'https://bao:8200' }],
  ['an empty one counts as unset', { ...ADDR, BAO_ADDR: '' }, { address: 'https://vault:8200' }],
  [
    'the agent before the server',
    { ...ADDR, VAULT_AGENT_ADDR: 'http://127.0.0.1:8100' },
    { address: 'http://127.0.0.1:8100' },
  ],
  [
    'a proxy',
    { ...ADDR, VAULT_HTTP_PROXY: 'http://a:1', VAULT_PROXY_ADDR: 'http://b:2' },
    { proxy: 'http://b:2' },
  ],
  ['a namespace', { ...ADDR, VAULT_NAMESPACE: 'team' }, { namespace: 'team', loginNamespace: 'team' }],
  [
    'a namespace of the log-in',
    { ...ADDR, VAULT_NAMESPACE: 'team/a', VAULT_AUTH_NAMESPACE: 'team' },
    { namespace: 'team/a', loginNamespace: 'team' },
  ],
  ['server name', { ...ADDR, VAULT_TLS_SERVER_NAME: 'v' }, { tls: { serverName: 'v' } }],
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

test.each(['http://localhost.evil.example', 'http://127.0.0.1.evil.example:8200', 'http://10.0.0.1'])(
  '%s does not',
  address => {
    expect(readSettings({}, { VAULT_ADDR: address }).warnings).toHaveLength(1)
  },
)

test.each(['http://127.0.0.1:8200', 'http://localhost/vault', 'http://localhost:8200', 'http://[::1]:8200'])(
  '%s stays on this machine',
  address => {
    expect(readSettings({}, { VAULT_ADDR: address }).warnings).toEqual([])
  },
)

test.each([
  ['no address', {}, 'VAULT_ADDR is not set'],
  ['no URL', { VAULT_ADDR: 'vault:8200' }, 'VAULT_ADDR is not an https:// or http:// address'],
  [
    'a proxy that is none',
    { ...ADDR, VAULT_PROXY_ADDR: 'b:2' },
    'VAULT_PROXY_ADDR is not an http:// or https:// address',
  ],
  ['a query', { VAULT_ADDR: 'http://vault:8200?x' }, 'VAULT_ADDR is not an https:// or http:// address'],
  ['white space', { VAULT_ADDR: 'https://vault:8200 ' }, 'VAULT_ADDR is not an https:// or http:// address'],
  ['a socket', { BAO_ADDR: 'unix:///run/vault' }, 'BAO_ADDR is not an https:// or http:// address'],
  [
    'a password in it',
    { VAULT_ADDR: 'https://user:s3cret@vault' },
    'VAULT_ADDR must not hold a user name or password',
  ],
  [
    'a line break in the namespace',
    { ...ADDR, VAULT_NAMESPACE: 'a\nb' },
    "the namespace has characters that can't be sent (white space, control characters)",
  ],
])('%s is an error', (_, env, message) => {
  expect(() => readSettings({}, env)).toThrow(expect.objectContaining({ code: 'BAD_CONFIG', message }))
})
