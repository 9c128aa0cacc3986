/** Vaults by their real names, in every cloud: which hosts are asked, for what, and how often. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import type { Inherited, SecretId } from '../../src/core/types.ts'
import { createProvider } from '../../src/providers/azure-key-vault.ts'
import { type AzureDouble, startAzureDouble } from '../lab/azure-double.ts'
import { issueFor } from '../lab/azure-double-certificates.ts'
import { startTunnel, type Tunnel } from '../lab/azure-double-tunnel.ts'
import { openLab } from '../lab/index.ts'
import { contextOf, secretOf } from './azure-store.ts'
import { deadline, failureOf } from './contract/store.ts'

const CLOUDS = [
  [
    'azurekv://lab-vault/db',
    'lab-vault.vault.azure.net',
    'login.microsoftonline.com',
    'https://vault.azure.net',
  ],
  [
    'azurekv://lab-vault.vault.azure.cn/db',
    'lab-vault.vault.azure.cn',
    'login.chinacloudapi.cn',
    'https://vault.azure.cn',
  ],
  [
    'azurekv://Lab-Vault.vault.usgovcloudapi.net/db',
    'lab-vault.vault.usgovcloudapi.net',
    'login.microsoftonline.us',
    'https://vault.usgovcloudapi.net',
  ],
] as const
const HOSTS = [...CLOUDS.flatMap(([, vault, authority]) => [vault, authority]), 'other-vault.vault.azure.net']

let double: AzureDouble
let tunnel: Tunnel

beforeAll(async () => {
  double = await startAzureDouble(await issueFor(openLab().openbao, HOSTS))
  tunnel = await startTunnel(double.address)
  process.env.HTTPS_PROXY = tunnel.address
  for (let index = 0; index < 100; index++) double.vault.put(`secret-${index}`, `value ${index}`)
  double.vault.put('db', 'the value')
})
afterAll(async () => {
  delete process.env.HTTPS_PROXY
  await Promise.all([double?.stop(), tunnel?.stop()])
})
beforeEach(() => void double.requests.splice(0))
afterEach(() => {
  double.resource = 'https://vault.azure.net'
  double.identities.tokenSeconds = 3_599
})

function idOf(uri: string): SecretId {
  return { uri, scheme: 'azurekv', path: uri.slice('azurekv://'.length), options: {} }
}

function open(more: Inherited = {}, tenant = double.tenant) {
  const reader = double.identities.add({ tenant, rights: ['get', 'list'] })
  const env = { ...secretOf(reader), REQUESTS_CA_BUNDLE: openLab().certificates.caFile, ...more }
  return createProvider({}, contextOf(env))
}

async function read(provider: ReturnType<typeof open>, uri: string): Promise<string | undefined> {
  const id = idOf(uri)
  const secret = (await provider.read([id], deadline())).get(id)
  return secret && 'reveal' in secret ? secret.reveal() : undefined
}

test.each(CLOUDS)(
  '%s asks its own cloud, and no more than it must',
  async (uri, vault, authority, resource) => {
    double.resource = resource
    expect(await read(open(), uri)).toBe('the value')
    expect(double.requests).toEqual([
      `POST ${authority}/${double.tenant}/oauth2/v2.0/token`,
      `GET ${vault}/secrets/db`,
    ])
  },
)

test('AZURE_AUTHORITY_HOST is asked instead of the cloud’s own', async () => {
  const provider = open({ AZURE_AUTHORITY_HOST: 'https://login.microsoftonline.us' })
  expect(await read(provider, 'azurekv://lab-vault/db')).toBe('the value')
  expect(double.requests[0]).toMatch(/^POST login\.microsoftonline\.us\//)
})

test('100 references side by side: one token, a request each', async () => {
  const provider = open()
  const uris = Array.from({ length: 100 }, (_, index) => `azurekv://lab-vault/secret-${index}`)
  const values = await Promise.all(uris.map(uri => read(provider, uri)))
  expect(values).toEqual(uris.map((_, index) => `value ${index}`))
  expect(double.requests.filter(request => request.startsWith('POST'))).toHaveLength(1)
  expect(new Set(double.requests).size).toBe(101)
  expect(double.requests).toHaveLength(101)
})

test('two vaults of one cloud share the token', async () => {
  const provider = open()
  await read(provider, 'azurekv://lab-vault/db')
  await read(provider, 'azurekv://other-vault/db')
  expect(double.requests.filter(request => request.startsWith('POST'))).toHaveLength(1)
})

test('a token whose time is over is fetched again, also by many at once', async () => {
  double.identities.tokenSeconds = 3
  const provider = open()
  await read(provider, 'azurekv://lab-vault/db')
  double.identities.tokenSeconds = 3_599
  await Promise.all([1, 2, 3].map(() => read(provider, 'azurekv://lab-vault/db')))
  expect(double.requests.filter(request => request.startsWith('POST'))).toHaveLength(2)
})

const OTHER_TENANT = '0f0e0d0c-0000-4000-8000-000000000001'

test('a vault of another tenant: its token is fetched where the environment allows it', async () => {
  const provider = open({ AZURE_ADDITIONALLY_ALLOWED_TENANTS: '*' }, OTHER_TENANT)
  expect(await read(provider, 'azurekv://lab-vault/db')).toBe('the value')
  expect(await read(provider, 'azurekv://lab-vault/secret-1')).toBe('value 1')
  const tenants = double.requests.map(request => request.match(/com\/(.*)\/oauth2/)?.[1] ?? 'vault')
  expect(tenants).toEqual([OTHER_TENANT, 'vault', double.tenant, 'vault', 'vault'])
})

test('a vault of another tenant: DENIED where it does not, and no log-in there', async () => {
  const provider = open({}, OTHER_TENANT)
  const failure = await failureOf(
    () => read(provider, 'azurekv://lab-vault/db'),
    [...double.identities.tokens.keys()],
  )
  expect([failure.code, failure.message]).toEqual([
    'DENIED',
    `the vault belongs to tenant ${double.tenant}, the credential to ${OTHER_TENANT}`,
  ])
  expect(double.requests.filter(request => request.startsWith('POST'))).toHaveLength(1)
})

test('a vault that asks for a token of another service does not get it', async () => {
  double.resource = 'https://management.azure.com'
  const failure = await failureOf(
    () => read(open(), 'azurekv://lab-vault/db'),
    [...double.identities.tokens.keys()],
  )
  expect([failure.code, failure.message]).toEqual([
    'BAD_CONFIG',
    'key vault at https://lab-vault.vault.azure.net asks for a token for another service, which is not sent',
  ])
  const asked = [...double.identities.tokens.values()].map(({ resource }) => resource)
  expect(asked).not.toContain('https://management.azure.com')
})

test('a token that the vault does not take: DENIED with the vault’s code, and not tried for ever', async () => {
  const provider = open()
  await read(provider, 'azurekv://lab-vault/db')
  double.identities.tokens.clear()
  const failure = await failureOf(
    () => read(provider, 'azurekv://lab-vault/db'),
    [...double.identities.tokens.keys()],
  )
  expect([failure.code, failure.details.retry]).toEqual(['DENIED', undefined])
  expect(failure.message).toContain('does not accept the token of AZURE_CLIENT_SECRET (AKV10000)')
})
