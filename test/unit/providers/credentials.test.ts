import { expect, test } from '@jest/globals'
import { namesOfCredentials } from '../../../src/providers/credentials.ts'

test.each([
  [
    'vault',
    [
      'VAULT_TOKEN',
      'BAO_TOKEN',
      'VAULT_WRAPPED_TOKEN',
      'VAULT_SECRET_ID',
      'VAULT_JWT',
      'VAULT_ID_TOKEN',
      'VAULT_PASSWORD',
      'BAO_CLIENT_KEY_BYTES',
    ],
  ],
  ['ssm', ['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']],
  ['sops', ['SOPS_AGE_KEY']],
])('%s keeps its credentials to itself', (scheme, names) => {
  expect([...namesOfCredentials([scheme], {})]).toEqual(expect.arrayContaining(names))
})

test("settings and paths are no credentials, and a store hides no other store's", () => {
  const names = namesOfCredentials(['vault'], {})
  for (const name of ['VAULT_ADDR', 'VAULT_TOKEN_FILE', 'VAULT_ROLE_ID', 'AWS_SECRET_ACCESS_KEY'])
    expect(names).not.toContain(name)
  expect([...namesOfCredentials(['file', 'nosuch'], {})]).toEqual([])
  expect(namesOfCredentials(['vault', 'sops'], {})).toContain('SOPS_AGE_KEY')
})

test.each([
  [{ VAULT_AUTH_METHOD: 'aws' }, true],
  [{ BAO_AUTH_METHOD: 'aws' }, true],
  [{ VAULT_AUTH_METHOD: 'approle' }, false],
  [{}, false],
])("AWS's keys are Vault's credentials where they log in: %j", (env, withheld) => {
  expect(namesOfCredentials(['vault'], env).has('AWS_SECRET_ACCESS_KEY')).toBe(withheld)
})
