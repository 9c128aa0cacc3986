/** Where the token comes from: each way that Azure's own clients know, in their order, and what is said when it fails. */
import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import type { SecwrapError } from '../../src/core/errors.ts'
import type { Inherited } from '../../src/core/types.ts'
import { createProvider } from '../../src/providers/azure-key-vault.ts'
import { createFolder, type Folder } from '../helpers/temporary-folder.ts'
import type { AzureDouble } from '../lab/azure-double.ts'
import { PLANTED_MESSAGE } from '../lab/azure-double-answers.ts'
import type { Principal, Way } from '../lab/azure-double-identity.ts'
import { contextOf, idOf, placeOf, secretOf, startDouble } from './azure-store.ts'
import { deadline, failureOf } from './contract/store.ts'

let double: AzureDouble
let folder: Folder
let app: Principal

beforeAll(async () => {
  double = await startDouble()
  double.vault.put('db', 'the value')
  app = double.identities.add({ tenant: double.tenant, rights: ['get'] })
  folder = createFolder()
})
afterAll(async () => {
  await double?.stop()
  folder[Symbol.dispose]()
})
beforeEach(() => {
  double.requests.splice(0)
  double.identities.ways.splice(0)
  double.identities.machine = { tenant: double.tenant, rights: ['get'] }
})

async function read(env: Inherited): Promise<string | undefined> {
  const [id, provider] = [idOf('db'), createProvider({}, contextOf({ ...placeOf(double), ...env }))]
  const secret = (await provider.read([id], deadline())).get(id)
  return secret && 'reveal' in secret ? secret.reveal() : undefined
}

async function failToRead(env: Inherited): Promise<SecwrapError> {
  const { secret, federatedToken } = app
  const planted = [secret, federatedToken, PLANTED_MESSAGE, double.identities.machineHeader]
  return failureOf(() => read(env), [...planted, ...double.identities.tokens.keys()])
}

function envOf(way: Way): Inherited {
  const { tenant, clientId, federatedToken } = app
  if (way === 'client secret') return secretOf(app)
  if (way === 'metadata service') return { AZURE_POD_IDENTITY_AUTHORITY_HOST: double.plainAddress }
  if (way === 'App Service') {
    return {
      IDENTITY_ENDPOINT: `${double.plainAddress}/msi/token`,
      IDENTITY_HEADER: double.identities.machineHeader,
    }
  }
  const file = folder.write('federated-token', `${federatedToken}\n`)
  return { AZURE_TENANT_ID: tenant, AZURE_CLIENT_ID: clientId, AZURE_FEDERATED_TOKEN_FILE: file }
}

test.each<[expected: Way, given: Way[], choice: string]>([
  ['client secret', ['client secret'], ''],
  ['workload identity', ['workload identity'], ''],
  ['metadata service', ['metadata service'], ''],
  ['App Service', ['App Service'], ''],
  ['client secret', ['workload identity', 'client secret', 'App Service'], ''],
  ['workload identity', ['metadata service', 'workload identity'], ''],
  ['App Service', ['metadata service', 'App Service'], ''],
  ['metadata service', ['client secret', 'metadata service'], 'ManagedIdentityCredential'],
  ['client secret', ['client secret', 'metadata service'], ' environmentcredential '],
  ['client secret', ['client secret', 'metadata service'], 'PROD'],
])('%s, of %j with AZURE_TOKEN_CREDENTIALS=%s', async (expected, given, choice) => {
  const env = Object.assign({ AZURE_TOKEN_CREDENTIALS: choice }, ...given.map(envOf)) as Inherited
  expect(await read(env)).toBe('the value')
  expect(double.identities.ways).toEqual([expected])
})

test('AZURE_TOKEN_CREDENTIALS with a name that nobody knows: BAD_CONFIG', async () => {
  const failure = await failToRead({ ...envOf('client secret'), AZURE_TOKEN_CREDENTIALS: 'BestCredential' })
  expect([failure.code, failure.details.hint]).toEqual([
    'BAD_CONFIG',
    expect.stringContaining('WorkloadIdentityCredential'),
  ])
})

test.each([
  [7000215, 'the client secret is wrong'],
  [7000222, 'the client secret is expired'],
  [700016, 'there is no such application in the tenant'],
  [90002, 'there is no such tenant'],
  [53003, 'conditional access does not allow it'],
  [1234567, 'the log-in is refused'],
])('AADSTS%s: DENIED, %s', async (refusal, fact) => {
  const principal = double.identities.add({ tenant: double.tenant, rights: ['get'], refusal })
  const failure = await failToRead(secretOf(principal))
  expect([failure.code, failure.details.retry]).toEqual(['DENIED', undefined])
  expect(failure.message).toBe(
    `Entra ID at ${double.address} refuses AZURE_CLIENT_SECRET: ${fact} (AADSTS${refusal})`,
  )
})

test('a wrong secret is sent once, however many references wait for the token', async () => {
  const context = contextOf({
    ...placeOf(double),
    ...secretOf(app),
    AZURE_CLIENT_SECRET: 'wrong-secret-of-nobody',
  })
  const provider = createProvider({}, context)
  const failures = await Promise.all(
    [1, 2, 3].map(() => failureOf(() => provider.read([idOf('db')], deadline()), [app.secret])),
  )
  await failureOf(() => provider.read([idOf('db')], deadline()), [app.secret])
  expect(failures.map(({ code }) => code)).toEqual(['DENIED', 'DENIED', 'DENIED'])
  expect(double.requests.filter(request => request.startsWith('POST'))).toHaveLength(1)
})

test('a federated token that is not there: BAD_CONFIG', async () => {
  const env = { ...envOf('workload identity'), AZURE_FEDERATED_TOKEN_FILE: `${folder.path}/none` }
  expect(await failToRead(env)).toMatchObject({
    code: 'BAD_CONFIG',
    message: expect.stringContaining('there is no token in'),
  })
})

test('a federated token of another subject: DENIED', async () => {
  const env = envOf('workload identity')
  writeFileSync(env.AZURE_FEDERATED_TOKEN_FILE ?? '', 'planted-jwt-of-another')
  expect((await failToRead(env)).message).toContain(
    'no federated credential has the subject of the token (AADSTS700213)',
  )
})

test('a machine without an identity: DENIED, and says so', async () => {
  double.identities.machine = undefined
  const failure = await failToRead({ ...envOf('metadata service'), AZURE_TOKEN_CREDENTIALS: 'prod' })
  expect([failure.code, failure.message]).toEqual([
    'DENIED',
    'no Azure credentials: no client secret or certificate is set; no workload identity is set; ' +
      'the managed identity gave no token (HTTP 400)',
  ])
})

test.each([
  ['AZURE_AUTHORITY_HOST', 'http://login.example'],
  ['AZURE_TENANT_ID', 'a/b'],
  ['SECWRAP_AZUREKV_ENDPOINT', 'http://vault.example'],
  ['REQUESTS_CA_BUNDLE', '/nowhere/ca.pem'],
])('%s=%s: BAD_CONFIG before any request', async (name, value) => {
  const failure = await failToRead({ ...envOf('client secret'), [name]: value })
  expect([failure.code, failure.message]).toEqual(['BAD_CONFIG', expect.stringContaining(name)])
  expect(double.requests).toEqual([])
})
