/** Writing, listing, versions and deletion by Azure's own client, against the double. */
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { SecwrapError } from '../../src/core/errors.ts'
import { Secret } from '../../src/core/secret.ts'
import type { Listed, SecretId, Writer } from '../../src/core/types.ts'
import { createProvider } from '../../src/providers/azure-key-vault.ts'
import { createWriter } from '../../src/providers/azure-key-vault-writer.ts'
import { startHttpProxy } from '../helpers/http-proxy.ts'
import type { AzureDouble } from '../lab/azure-double.ts'
import { PLANTED_MESSAGE } from '../lab/azure-double-answers.ts'
import type { Principal, Right } from '../lab/azure-double-identity.ts'
import { contextOf, idOf, placeOf, secretOf, startDouble } from './azure-store.ts'
import { deadline, failureOf } from './contract/store.ts'
import { VALUES } from './contract/values.ts'

const PLANTED = 'planted-written-value-90fe'

let double: AzureDouble
let officer: Principal
let writer: Writer

beforeEach(async () => {
  double = await startDouble()
  officer = principalWith('get', 'list', 'set', 'delete', 'recover', 'purge')
  writer = open(officer)
})
afterEach(() => double.stop())

function principalWith(...rights: Right[]): Principal {
  return double.identities.add({ tenant: double.tenant, rights })
}

function open(principal: Principal): Writer {
  return createWriter({}, contextOf({ ...placeOf(double), ...secretOf(principal) }))
}

async function read(id: SecretId): Promise<string | undefined> {
  const provider = createProvider({}, contextOf({ ...placeOf(double), ...secretOf(officer) }))
  const secret = (await provider.read([id], deadline())).get(id)
  return secret && 'reveal' in secret ? secret.reveal() : undefined
}

function write(id: SecretId, text: string) {
  return writer.write(id, new Secret(text), {}, deadline())
}

async function list(uri: string): Promise<Listed[]> {
  const prefix = { uri, scheme: 'azurekv', path: uri.slice('azurekv://'.length), options: {} }
  return Array.fromAsync(writer.list(prefix, deadline()))
}

function failure(run: () => Promise<unknown>): Promise<SecwrapError> {
  return failureOf(run, [PLANTED, PLANTED_MESSAGE, officer.secret, ...double.identities.tokens.keys()])
}

test.each(VALUES)('writes a value that both readers read: %s', async (_, text) => {
  const id = idOf('written')
  const { id: version, state, createdAt } = await write(id, text)
  expect([state, createdAt]).toEqual(['current', expect.any(Date)])
  expect(await read(id)).toBe(text)
  expect(await read(idOf('written', version))).toBe(text)
  const current = await writer.current(id, deadline())
  expect([current?.secret.reveal(), current?.version.id]).toEqual([text, version])
})

test('every write is a version; the old ones stay', async () => {
  const versions = [await write(idOf('db'), 'first'), await write(idOf('db'), 'second')]
  const texts = await Promise.all(versions.map(({ id }) => read(idOf('db', id))))
  expect(texts).toEqual(['first', 'second'])
  const history = await writer.history(idOf('db'), deadline())
  expect(history.map(({ id, state }) => [id, state])).toEqual([
    [versions[1]?.id, 'current'],
    [versions[0]?.id, 'previous'],
  ])
})

test('history: newest first by time, also of many pages, with what is disabled', async () => {
  const created = (index: number) => ({ created: 1_764_000_000 + index * 60 })
  const ids = Array.from({ length: 30 }, (_, index) =>
    double.vault.put('old', `text ${index}`, created(index)),
  )
  const last = double.vault.put('old', 'newest', { ...created(30), enabled: false })
  const history = await writer.history(idOf('old'), deadline())
  expect(history.map(({ id }) => id)).toEqual([last, ...ids.reverse()])
  expect([history[0]?.state, history[1]?.state]).toEqual(['disabled', 'previous'])
  expect(history[1]?.createdAt).toEqual(new Date(created(29).created * 1_000))
})

test('history of a secret that does not exist: NOT_FOUND', async () => {
  expect((await failure(() => writer.history(idOf('none'), deadline()))).code).toBe('NOT_FOUND')
})

test('current of a secret that does not exist: undefined', async () => {
  expect(await writer.current(idOf('none'), deadline())).toBeUndefined()
})

test('list: all pages, disabled ones as such, none of certificates', async () => {
  for (let index = 0; index < 30; index++) double.vault.put(`name-${index}`, 'a text')
  double.vault.put('disabled', 'a text', { enabled: false })
  double.vault.put('certificate', 'a key', { managed: true })
  const listed = await list('azurekv://lab-vault/')
  expect(listed.map(({ id }) => id.uri)).toEqual([
    ...Array.from({ length: 30 }, (_, index) => `azurekv://lab-vault/name-${index}`),
    'azurekv://lab-vault/disabled',
  ])
  expect(listed.map(({ state }) => state).filter(Boolean)).toEqual(['disabled'])
  expect(listed[0]?.updatedAt).toBeInstanceOf(Date)
})

test('deleted: gone for readers, its name kept, and recovered with its versions', async () => {
  const { id: version } = await write(idOf('db'), PLANTED)
  await writer.delete(idOf('db'), {}, deadline())
  expect(await read(idOf('db'))).toBeUndefined()
  const kept = await failure(() => write(idOf('db'), PLANTED))
  expect([kept.code, kept.message]).toEqual([
    'CONFLICT',
    'azurekv://lab-vault/db is deleted, but still holds its name',
  ])
  expect(kept.details.hint).toBe('az keyvault secret recover --vault-name lab-vault --name db')
  await writer.delete(idOf('db'), { recover: true }, deadline())
  expect(await read(idOf('db', version))).toBe(PLANTED)
})

test('while it is being deleted: CONFLICT, worth another try', async () => {
  await write(idOf('db'), PLANTED)
  double.vault.pollsUntilDeleted = 5
  await writer.delete(idOf('db'), {}, deadline())
  const { code, details } = await failure(() => write(idOf('db'), PLANTED))
  expect([code, details.retry]).toEqual(['CONFLICT', {}])
})

test.each(['a secret', 'a deleted secret'])('destroy: %s is gone for good', async kind => {
  await write(idOf('db'), 'old')
  if (kind === 'a deleted secret') await writer.delete(idOf('db'), {}, deadline())
  await writer.delete(idOf('db'), { destroy: true }, deadline())
  expect((await failure(() => writer.delete(idOf('db'), { recover: true }, deadline()))).code).toBe(
    'NOT_FOUND',
  )
  await write(idOf('db'), 'new')
  expect(await writer.history(idOf('db'), deadline())).toHaveLength(1)
})

test('destroy in a vault with purge protection: DENIED, and it can be recovered', async () => {
  double.vault.purgeProtected = true
  await write(idOf('db'), PLANTED)
  const { code, message } = await failure(() => writer.delete(idOf('db'), { destroy: true }, deadline()))
  expect([code, message]).toEqual(['DENIED', expect.stringContaining('protected from purging')])
  await writer.delete(idOf('db'), { recover: true }, deadline())
  expect(await read(idOf('db'))).toBe(PLANTED)
})

test.each([{}, { destroy: true }, { recover: true }])(
  'delete of what does not exist, %j: NOT_FOUND',
  async options => {
    expect((await failure(() => writer.delete(idOf('none'), options, deadline()))).code).toBe('NOT_FOUND')
  },
)

test.each<[Right, string, (writer: Writer) => Promise<unknown>]>([
  ['set', 'Officer', it => it.write(idOf('db'), new Secret(PLANTED), {}, deadline())],
  ['delete', 'Officer', it => it.delete(idOf('db'), {}, deadline())],
  ['recover', 'Officer', it => it.delete(idOf('deleted'), { recover: true }, deadline())],
  ['get', 'User', it => it.current(idOf('db'), deadline())],
  ['list', 'User', it => it.history(idOf('db'), deadline())],
])('without the right to %s: DENIED, with the role %s', async (right, role, run) => {
  await Promise.all([write(idOf('db'), PLANTED), write(idOf('deleted'), PLANTED)])
  await writer.delete(idOf('deleted'), {}, deadline())
  const all: Right[] = ['get', 'list', 'set', 'delete', 'recover', 'purge']
  const { code, message, details } = await failure(() =>
    run(open(principalWith(...all.filter(one => one !== right)))),
  )
  expect([code, message]).toEqual([
    'DENIED',
    `key vault at ${double.address}: no role lets this identity ${right} secrets`,
  ])
  expect(details.hint).toContain(`Key Vault Secrets ${role}`)
})

test('a value that the vault does not take: BAD_VALUE, and nothing is written', async () => {
  const { code } = await failure(() => write(idOf('db'), PLANTED.repeat(2_000)))
  expect([code, await writer.current(idOf('db'), deadline())]).toEqual(['BAD_VALUE', undefined])
})

test('what a vault can not do: BAD_USAGE before any request', async () => {
  const [pinned, secret] = [idOf('db', '0123456789abcdef0123456789abcdef'), new Secret(PLANTED)]
  const failures = [
    await failure(() => writer.write(idOf('db'), secret, { ifVersion: '1' }, deadline())),
    await failure(() => writer.write(pinned, secret, {}, deadline())),
    await failure(() => writer.delete(pinned, {}, deadline())),
  ]
  expect(failures.map(({ code }) => code)).toEqual(['BAD_USAGE', 'BAD_USAGE', 'BAD_USAGE'])
  expect(double.requests).toEqual([])
})

test('a vault that is not there, a signal that is over, a wrong secret: told as reading tells it', async () => {
  const gone = await startDouble()
  await gone.stop()
  const env = { ...placeOf(gone), ...secretOf(officer) }
  const away = await failure(() => createWriter({}, contextOf(env)).current(idOf('db'), deadline()))
  expect([away.code, away.details.retry]).toEqual(['UNAVAILABLE', {}])
  expect(away.message).toContain('ECONNREFUSED')
  expect((await failure(() => writer.current(idOf('db'), AbortSignal.abort()))).code).toBe('TIMED_OUT')
  const wrong = await failure(() =>
    open({ ...officer, secret: 'wrong-secret-of-nobody' }).current(idOf('db'), deadline()),
  )
  expect([wrong.code, wrong.message]).toEqual(['DENIED', expect.stringContaining('AADSTS7000215')])
})

test('a redirect and a throttle, from a proxy before the vault: not followed, not waited for by itself', async () => {
  const proxy = await startHttpProxy(double.plainAddress)
  const elsewhere = await startHttpProxy(double.plainAddress)
  double.identities.machine = { tenant: double.tenant, rights: ['get', 'set'] }
  const env = {
    SECWRAP_AZUREKV_ENDPOINT: proxy.address,
    AZURE_POD_IDENTITY_AUTHORITY_HOST: double.plainAddress,
  }
  const through = createWriter({}, contextOf(env))
  const run = () => failure(() => through.write(idOf('db'), new Secret(PLANTED), {}, deadline()))
  const answer = (status: number, headers: Record<string, string>) => {
    proxy.fault = ({ headers: { authorization } }) =>
      authorization ? { kind: 'answer', status, headers, body: PLANTED_MESSAGE } : undefined
  }
  answer(307, { Location: `${elsewhere.address}/secrets/db?api-version=7.4` })
  expect((await run()).code).toBe('UNAVAILABLE')
  answer(429, { 'Retry-After': '7' })
  expect((await run()).details.retry).toEqual({ throttled: true, afterMs: 7_000 })
  answer(503, {})
  expect((await run()).details.retry).toEqual({})
  expect(proxy.requests.filter(({ headers }) => headers.authorization)).toHaveLength(3)
  expect(elsewhere.requests).toEqual([])
  await Promise.all([proxy.stop(), elsewhere.stop()])
})
