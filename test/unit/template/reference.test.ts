import { expect, test } from '@jest/globals'
import { parseReference } from '../../../src/template/reference.ts'

const FOLDER = '/srv/app/'

test.each([
  // reference                                  uri                                                  path              version    key
  ['ssm:///prod/db', 'ssm:///prod/db', '/prod/db', undefined, undefined],
  ['ssm://name', 'ssm://name', 'name', undefined, undefined],
  ['ssm:///prod/db?version=3', 'ssm:///prod/db?version=3', '/prod/db', '3', undefined],
  [
    'ssm:///prod/db?region=eu-west-1&label=live#a',
    'ssm:///prod/db?label=live&region=eu-west-1',
    '/prod/db',
    'live',
    ['a'],
  ],
  ['vault://secret/data/db#password', 'vault://secret/data/db', 'secret/data/db', undefined, ['password']],
  ['vault://secret/a%20b#x%23y', 'vault://secret/a%20b', 'secret/a b', undefined, ['x#y']],
  ['vault://secret/x#db.password', 'vault://secret/x', 'secret/x', undefined, ['db', 'password']],
  ['vault://secret/x#tls\\.key.0', 'vault://secret/x', 'secret/x', undefined, ['tls.key', '0']],
  ['file:///etc/key?raw', 'file:///etc/key?raw=true', '/etc/key', undefined, undefined],
  ['file:///etc/key?raw=false', 'file:///etc/key', '/etc/key', undefined, undefined],
  ['file://./key', 'file:///srv/app/key', '/srv/app/key', undefined, undefined],
  ['secret://tls.key', 'secret://tls.key', 'tls.key', undefined, undefined],
  [
    'secretsmanager://prod/app?stage=AWSPREVIOUS',
    'secretsmanager://prod/app?stage=AWSPREVIOUS',
    'prod/app',
    'AWSPREVIOUS',
    undefined,
  ],
  ['azurekv://my-vault/name', 'azurekv://my-vault/name', 'my-vault/name', undefined, undefined],
  [
    'sops://./prod.enc.yaml#db.password',
    'sops:///srv/app/prod.enc.yaml',
    '/srv/app/prod.enc.yaml',
    undefined,
    ['db', 'password'],
  ],
])('%s', (raw, uri, path, version, key) => {
  const reference = parseReference(raw, { folder: FOLDER })
  expect([reference.raw, reference.id.uri, reference.id.path, reference.id.version, reference.key]).toEqual([
    raw,
    uri,
    path,
    version,
    key,
  ])
})
