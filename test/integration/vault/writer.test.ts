/** What is Vault's own in writing: single versions, mounts that ask for a version, mounts that are no KV. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Secret } from '../../../src/core/secret.ts'
import type { Writer } from '../../../src/core/types.ts'
import { createWriter } from '../../../src/providers/vault-writer.ts'
import { startHttpProxy } from '../../helpers/http-proxy.ts'
import { deadline, failureOf } from '../contract/store.ts'
import { contextOf, idOf, openVault, read, rootEnv } from './store.ts'

const PLANTED = 'planted-vault-value'
const vault = openVault()
let mount: string
let writer: Writer

beforeAll(async () => {
  mount = await vault.mount('writer', 'kv', { version: '2' })
  writer = createWriter({}, contextOf(rootEnv(vault)))
})

afterAll(() => vault.call('DELETE', `sys/mounts/${mount}`))

const map = (text: string) => new Secret(JSON.stringify({ value: text }))
const fail = (run: () => Promise<unknown>) => failureOf(run, [PLANTED, vault.rootToken])

async function writeThree(name: string) {
  const id = idOf(`${mount}/${name}`)
  for (const text of ['first', 'second', 'third']) await writer.write(id, map(text), {}, deadline())
  const statesOf = async () => (await writer.history(id, deadline())).map(({ id, state }) => `${id} ${state}`)
  return { id, at: (version: string) => idOf(id.path, version), statesOf }
}

test('one version is deleted, recovered and destroyed; the others stay', async () => {
  const { at, statesOf } = await writeThree('versions')
  await writer.delete(at('2'), {}, deadline())
  expect(await statesOf()).toEqual(['3 current', '2 deleted', '1 previous'])
  expect((await fail(() => writer.delete(at('2'), {}, deadline()))).code).toBe('NOT_FOUND')
  await writer.delete(at('2'), { recover: true }, deadline())
  expect(await read(rootEnv(vault), at('2'))).toBe('{"value":"second"}')
  expect((await fail(() => writer.delete(at('2'), { recover: true }, deadline()))).code).toBe('NOT_FOUND')
  await writer.delete(at('2'), { destroy: true }, deadline())
  expect(await statesOf()).toEqual(['3 current', '2 destroyed', '1 previous'])
  for (const options of [{ destroy: true }, { recover: true }, {}])
    expect((await fail(() => writer.delete(at('2'), options, deadline()))).code).toBe('NOT_FOUND')
  expect((await fail(() => writer.delete(at('9'), {}, deadline()))).code).toBe('NOT_FOUND')
})

test('over a deleted version: the newest that there was counts on', async () => {
  const { id, statesOf } = await writeThree('deleted')
  await writer.delete(id, {}, deadline())
  expect((await writer.write(id, map('fourth'), { ifVersion: '' }, deadline())).id).toBe('4')
  expect(await statesOf()).toEqual(['4 current', '3 deleted', '2 previous', '1 previous'])
})

test('a mount that asks for a version is told one, or nothing is written', async () => {
  await vault.call('POST', `${mount}/config`, { cas_required: true })
  const id = idOf(`${mount}/required`)
  const { code, message, details } = await fail(() => writer.write(id, map(PLANTED), {}, deadline()))
  expect([code, details.hint]).toEqual(['BAD_USAGE', '--if-version VERSION'])
  expect(message).toContain('which version is replaced')
  expect((await writer.write(id, map('first'), { ifVersion: '' }, deadline())).id).toBe('1')
  await vault.call('POST', `${mount}/config`, { cas_required: false })
})

test.each([
  ['text', new Secret(PLANTED)],
  ['a list', new Secret(JSON.stringify([PLANTED]))],
  ['a number', new Secret('12345678')],
])('%s is no secret of Vault: BAD_VALUE, nothing written', async (_, secret) => {
  const id = idOf(`${mount}/text`)
  expect((await fail(() => writer.write(id, secret, {}, deadline()))).code).toBe('BAD_VALUE')
  expect(await writer.current(id, deadline())).toBeUndefined()
})

test('every kind of field is kept', async () => {
  const text = '{"deep":{"list":[1,"a",null,true]},"empty":"","n":1.5}'
  await writer.write(idOf(`${mount}/fields`), new Secret(text), {}, deadline())
  expect(await read(rootEnv(vault), idOf(`${mount}/fields`))).toBe(text)
})

test.each(['sys/auth', 'cubbyhole/x', 'identity/entity', 'auth/token/create'])(
  '%s is not a KV mount: BAD_USAGE',
  async path => {
    const { code } = await fail(() => writer.write(idOf(path), map(PLANTED), {}, deadline()))
    expect(code).toBe('BAD_USAGE')
  },
)

test('an id with a version is not written, and versions are numbers', async () => {
  const write = (version: string) => writer.write(idOf(`${mount}/a`, version), map(PLANTED), {}, deadline())
  expect((await fail(() => write('1'))).message).toContain("a version can't be written again")
  expect((await fail(() => write('x'))).message).toContain('versions are numbers')
  const { code } = await fail(() =>
    writer.write(idOf(`${mount}/a`), map(PLANTED), { ifVersion: 'x' }, deadline()),
  )
  expect(code).toBe('BAD_USAGE')
})

test('a list of many folders: a request each, the rest asked again after a failure, none twice', async () => {
  const names = Array.from({ length: 40 }, (_, index) => `list/f${index % 20}/g${index % 2}/n${index}`)
  await Promise.all(names.map(name => writer.write(idOf(`${mount}/${name}`), map('x'), {}, deadline())))
  const proxy = await startHttpProxy(vault.address)
  const far = createWriter({}, contextOf({ ...rootEnv(vault), VAULT_ADDR: proxy.address }))
  let isAway = ''
  proxy.fault = ({ path }) =>
    isAway && path.includes(isAway) ? { kind: 'answer', status: 503, body: '{"errors":[]}' } : undefined
  const rows = far.list(idOf(`${mount}/list/`), deadline())[Symbol.asyncIterator]()
  for (isAway of ['/metadata/', '/g1/']) {
    expect(await fail(() => rows.next())).toMatchObject({ code: 'UNAVAILABLE', details: { retry: {} } })
  }
  isAway = ''
  const listed: string[] = []
  for (let row = await rows.next(); !row.done; row = await rows.next()) listed.push(row.value.id.path)
  expect(listed.sort()).toEqual(names.map(name => `${mount}/${name}`).sort())
  await proxy.stop()
})

test.each([413, 500])('a value that the server finds too large (HTTP %i): BAD_VALUE', async status => {
  const proxy = await startHttpProxy(vault.address)
  const far = createWriter({}, contextOf({ ...rootEnv(vault), VAULT_ADDR: proxy.address }))
  const body = JSON.stringify({ errors: ['put failed due to value being too large; got 2 bytes, max: 1'] })
  proxy.fault = ({ method }) => (method === 'POST' ? { kind: 'answer', status, body } : undefined)
  const failure = await fail(() => far.write(idOf(`${mount}/large`), map(PLANTED), {}, deadline()))
  expect([failure.code, failure.details.retry]).toEqual(['BAD_VALUE', undefined])
  await proxy.stop()
})
