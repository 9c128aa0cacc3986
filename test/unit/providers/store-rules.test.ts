import { expect, test } from '@jest/globals'
import { rulesOf } from '../../../src/providers/store-rules.ts'

test.each([
  ['ssm', 'db/host.name-1_x', 'db/host.name-1_x'],
  ['ssm', 'db host', undefined],
  ['ssm', 'db:host', undefined],
  ['ssm', 'db//host', undefined],
  ['ssm', '', undefined],
  ['secretsmanager', 'prod/db+a=b@c.d', 'prod/db+a=b@c.d'],
  ['secretsmanager', 'prod/dbé', undefined],
  ['azurekv', 'DB_HOST', 'DB-HOST'],
  ['azurekv', 'db/host.name', 'db-host-name'],
  ['azurekv', 'x'.repeat(128), undefined],
  ['vault', 'db host/é', 'db host/é'],
  ['vault', 'db\nhost', undefined],
  ['sops', 'db/host.name', 'db_host.name'],
])('%s: %s is %s', (scheme, name, spelled) => {
  expect(rulesOf(scheme).spell(name, { uri: '', scheme, path: '/app.env', options: {} })).toBe(spelled)
})

test.each([
  ['vault', 'secret/app', true],
  ['sops', '/app.env', true],
  ['sops', '/app.sops.yaml', true],
  ['sops', '/app.key', false],
  ['ssm', '/app', false],
  ['secretsmanager', 'app', false],
  ['azurekv', 'vault/app', false],
])('%s %s holds a map only: %s', (scheme, path, isMap) => {
  expect(rulesOf(scheme).holdsMap({ uri: '', scheme, path, options: {} })).toBe(isMap)
})

test('a name goes into a sealed map as it is', () => {
  const id = { uri: '', scheme: 'sops', path: '/app.yaml', options: {} }
  expect(rulesOf('sops').spell('db/host', id)).toBe('db/host')
})
