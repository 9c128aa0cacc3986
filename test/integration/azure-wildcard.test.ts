/** `*=azurekv://my-vault/`: the list by pages, what is left out, and what happens when it fails half way. */
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { Secret } from '../../src/core/secret.ts'
import type { SecretId } from '../../src/core/types.ts'
import { createProvider } from '../../src/providers/azure-key-vault.ts'
import { type HttpProxy, startHttpProxy } from '../helpers/http-proxy.ts'
import type { AzureDouble } from '../lab/azure-double.ts'
import { VAULT_ERRORS, vaultError } from '../lab/azure-double-answers.ts'
import { contextOf, startDouble } from './azure-store.ts'
import { deadline, failureOf } from './contract/store.ts'

let double: AzureDouble
let proxy: HttpProxy

beforeEach(async () => {
  double = await startDouble()
  double.identities.machine = { tenant: double.tenant, rights: ['get', 'list'] }
  proxy = await startHttpProxy(double.plainAddress)
})
afterEach(() => Promise.all([proxy.stop(), double.stop()]))

const PREFIX = prefixOf('lab-vault/')

function prefixOf(path: string): SecretId {
  return { uri: `azurekv://${path}`, scheme: 'azurekv', path, options: {} }
}

function open() {
  const env = {
    SECWRAP_AZUREKV_ENDPOINT: proxy.address,
    AZURE_POD_IDENTITY_AUTHORITY_HOST: double.plainAddress,
  }
  const provider = createProvider({}, contextOf(env))
  const { readPrefix } = provider
  if (!readPrefix) throw new Error('there is no readPrefix')
  return (prefix: SecretId) => readPrefix(prefix, deadline())
}

function tokens(): string[] {
  return [...double.identities.tokens.keys()]
}

function textsOf(found: ReadonlyMap<string, Secret>): Record<string, string> {
  return Object.fromEntries([...found].map(([name, secret]) => [name, secret.reveal()]))
}

function plant(count: number): Record<string, string> {
  const entries = Array.from({ length: count }, (_, index) => [`name-${index}`, `value ${index}`] as const)
  for (const [name, value] of entries) double.vault.put(name, value)
  return Object.fromEntries(entries)
}

function countOf(pattern: RegExp): number {
  return proxy.requests.filter(({ path }) => pattern.test(path)).length
}

test('every secret, page by page: a request a page of 25, and one a secret', async () => {
  const planted = plant(60)
  expect(textsOf(await open()(PREFIX))).toEqual(planted)
  expect(countOf(/^\/secrets\?.*maxresults=25/)).toBe(3)
  expect(countOf(/^\/secrets\/name-\d+\?/)).toBe(60)
})

test('an empty vault gives nothing', async () => {
  expect((await open()(PREFIX)).size).toBe(0)
})

test('disabled secrets and those of certificates are left out, and not asked for', async () => {
  const planted = plant(1)
  double.vault.put('disabled', 'a text', { enabled: false })
  double.vault.put('certificate', 'a private key', { managed: true })
  expect(textsOf(await open()(PREFIX))).toEqual(planted)
  expect(countOf(/disabled|certificate/)).toBe(0)
})

test('throttled half way: the next attempt asks for the rest only, and for what was changed meanwhile', async () => {
  const planted = plant(30)
  const readPrefix = open()
  const { status, body } = vaultError(VAULT_ERRORS.throttled)
  const throttled = {
    kind: 'answer',
    status,
    body: JSON.stringify(body),
    headers: { 'Retry-After': '1' },
  } as const
  proxy.fault = ({ path }) => (/\/name-2\d\?/.test(path) ? throttled : undefined)
  const failure = await failureOf(() => readPrefix(PREFIX), tokens())
  expect([failure.code, failure.details.retry]).toEqual(['UNAVAILABLE', { throttled: true, afterMs: 1_000 }])
  const before = countOf(/^\/secrets\/name-\d\?/)
  proxy.fault = () => undefined
  double.vault.put('new', 'a new one')
  expect(textsOf(await readPrefix(PREFIX))).toEqual({ ...planted, new: 'a new one' })
  expect([before, countOf(/^\/secrets\/name-\d\?/)]).toEqual([10, 10])
})

test('a link to another host is followed on the vault’s own, so no token leaves it', async () => {
  plant(2)
  const elsewhere = await startHttpProxy(double.plainAddress)
  const page = { value: [], nextLink: `${elsewhere.address}/secrets?api-version=7.4&$skiptoken=1` }
  proxy.fault = ({ path }) =>
    path.includes('maxresults=25') && !path.includes('skiptoken')
      ? { kind: 'answer', status: 200, body: JSON.stringify(page) }
      : undefined
  expect(textsOf(await open()(PREFIX))).toEqual({ 'name-1': 'value 1' })
  expect(elsewhere.requests).toEqual([])
  await elsewhere.stop()
})

test('who may get but not list: DENIED, and says which right is missing', async () => {
  plant(1)
  double.identities.machine = { tenant: double.tenant, rights: ['get'] }
  const failure = await failureOf(() => open()(PREFIX), tokens())
  expect([failure.code, failure.message]).toEqual([
    'DENIED',
    `key vault at ${proxy.address}: no role lets this identity list secrets`,
  ])
})

test('a vault has no folders: BAD_TEMPLATE', async () => {
  const failure = await failureOf(() => open()(prefixOf('lab-vault/app/')), tokens())
  expect([failure.code, failure.details.hint]).toEqual(['BAD_TEMPLATE', 'azurekv://lab-vault/'])
  expect(proxy.requests).toEqual([])
})
