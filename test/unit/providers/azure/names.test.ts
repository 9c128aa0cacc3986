import { expect, test } from '@jest/globals'
import { SecwrapError } from '../../../../src/core/errors.ts'
import type { SecretId } from '../../../../src/core/types.ts'
import { locatePrefix, locateSecret } from '../../../../src/providers/azure/names.ts'
import { readSettings } from '../../../../src/providers/azure/settings.ts'

const SETTINGS = readSettings({})
const VERSION = '4387e9f3d6e14c459867679a90fd0f79'

function idOf(path: string, version?: string): SecretId {
  return { uri: `azurekv://${path}`, scheme: 'azurekv', path, options: {}, ...(version && { version }) }
}

test.each([
  ['my-vault/db', 'my-vault', 'https://my-vault.vault.azure.net', 'https://login.microsoftonline.com'],
  ['MY-Vault/db', 'my-vault', 'https://my-vault.vault.azure.net', 'https://login.microsoftonline.com'],
  [
    'my-vault.vault.azure.net/db',
    'my-vault',
    'https://my-vault.vault.azure.net',
    'https://login.microsoftonline.com',
  ],
  ['v-1.vault.azure.cn/db', 'v-1', 'https://v-1.vault.azure.cn', 'https://login.chinacloudapi.cn'],
  [
    'gov.vault.usgovcloudapi.net/db',
    'gov',
    'https://gov.vault.usgovcloudapi.net',
    'https://login.microsoftonline.us',
  ],
])('%s', (path, name, origin, authority) => {
  const { vault } = locateSecret(idOf(path), SETTINGS)
  expect([vault.name, vault.origin, vault.authority]).toEqual([name, origin, authority])
  expect(vault.resource).toBe(origin.replace(`${name}.`, ''))
})

test.each([
  ['https://{vault}.vault.example', 'https://my-vault.vault.example'],
  ['https://127.0.0.1:8443/', 'https://127.0.0.1:8443'],
  ['http://localhost:8080', 'http://localhost:8080'],
])('SECWRAP_AZUREKV_ENDPOINT=%s', (endpoint, origin) => {
  const settings = readSettings({ SECWRAP_AZUREKV_ENDPOINT: endpoint })
  expect(locateSecret(idOf('my-vault.vault.of-my-own/db'), settings).vault).toMatchObject({
    name: 'my-vault',
    origin,
  })
  expect(locateSecret(idOf('my-vault/db'), settings).vault.resource).toBeUndefined()
})

test('a version is kept as it is written', () => {
  expect(locateSecret(idOf('my-vault/db', VERSION), SETTINGS)).toMatchObject({ name: 'db', version: VERSION })
})

test.each<[path: string, version: string, fact: string, hint: string]>([
  ['my-vault/db', '3', 'versions are 32 hexadecimal digits', ''],
  ['my-vault/db', `${VERSION}0`, 'versions are 32 hexadecimal digits', ''],
  ['my-vault/DB_PASSWORD', '', 'letters, digits and hyphens only', 'azurekv://my-vault/DB-PASSWORD'],
  ['my-vault/../db', '', 'not a vault and a name', 'azurekv://my-vault/..'],
  [`my-vault/db/${VERSION}`, '', 'not a vault and a name', `azurekv://my-vault/db?version=${VERSION}`],
  [
    `my-vault/secrets/db/${VERSION}`,
    '',
    'not a vault and a name',
    `azurekv://my-vault/db?version=${VERSION}`,
  ],
  ['my-vault', '', 'letters, digits and hyphens only', 'azurekv://my-vault/NAME'],
  ['my-vault/', '', 'letters, digits and hyphens only', 'azurekv://my-vault/NAME'],
  ['ab/db', '', "ab can't be the name of a vault", ''],
  ['a--b/db', '', "a--b can't be the name of a vault", ''],
  ['1vault/db', '', "1vault can't be the name of a vault", ''],
  ['vault-/db', '', "vault- can't be the name of a vault", ''],
  ['my-vault:8443/db', '', "my-vault:8443 can't be the name of a vault", ''],
  ['user@my-vault/db', '', "can't be the name of a vault", ''],
  ['my-vault.example.org/db', '', 'is not in a cloud that secwrap knows', 'SECWRAP_AZUREKV_ENDPOINT'],
  ['my-vault.vault.azure.net.example.org/db', '', 'is not in a cloud', 'SECWRAP_AZUREKV_ENDPOINT'],
  ['hsm.managedhsm.azure.net/db', '', 'a managed HSM holds keys, not secrets', ''],
])('%s, version %j: BAD_TEMPLATE', (path, version, fact, hint) => {
  const failure = catchError(() => locateSecret(idOf(path, version), SETTINGS))
  expect([failure.code, failure.message, failure.details.ref]).toEqual([
    'BAD_TEMPLATE',
    expect.stringContaining(fact),
    `azurekv://${path}`,
  ])
  expect(failure.details.hint ?? '').toContain(hint)
})

test('a wildcard is the vault and nothing after it', () => {
  expect(locatePrefix(idOf('my-vault/'), SETTINGS).name).toBe('my-vault')
  expect(catchError(() => locatePrefix(idOf('my-vault/app/'), SETTINGS)).details.hint).toBe(
    'azurekv://my-vault/',
  )
})

function catchError(run: () => unknown): SecwrapError {
  try {
    run()
  } catch (error) {
    if (error instanceof SecwrapError) return error
  }
  throw new Error('it did not fail')
}
