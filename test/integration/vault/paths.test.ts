import { beforeAll, expect, test } from '@jest/globals'
import nodeVault from 'node-vault'
import { createProvider } from '../../../src/providers/vault.ts'
import { API_PATH } from '../../../src/template/schemes.ts'
import { startHttpProxy } from '../../helpers/http-proxy.ts'
import { uniqueName } from '../../lab/index.ts'
import { deadline, readAll } from '../contract/store.ts'
import { contextOf, createDatabase, fieldOf, idOf, openVault, read, rootEnv } from './store.ts'

const vault = openVault()
const env = rootEnv(vault)
const mounts = { kv1: '', kv2: '', nested: '' }

beforeAll(async () => {
  mounts.kv1 = await vault.mount('kv1', 'kv', { version: '1' })
  mounts.kv2 = await vault.mount('kv2', 'kv', { version: '2' })
  mounts.nested = await vault.mount(`${uniqueName('team')}/kv`, 'kv', { version: '2' })
  await vault.call('POST', `${mounts.kv1}/app`, { a: 'one' })
  await vault.call('POST', `${mounts.kv2}/data/app`, { data: { a: 'two' } })
  await vault.call('POST', `${mounts.nested}/data/deep/app`, { data: { a: 'nested' } })
})

test.each([
  ['KV version 1', () => `${mounts.kv1}/app`, { a: 'one' }],
  ['KV version 2', () => `${mounts.kv2}/app`, { a: 'two' }],
  ['a mount of two segments', () => `${mounts.nested}/deep/app`, { a: 'nested' }],
  ['a path without data in an envelope', () => 'sys/health', { initialized: true, sealed: false }],
  ['a log-in method', () => 'auth/token/lookup-self', { path: 'auth/token/create', policies: ['root'] }],
])('%s', async (_, path, expected) => {
  expect(JSON.parse((await read(env, idOf(path()))) ?? '')).toMatchObject(expected)
})

test.each([
  ['KV version 2', () => `${mounts.kv2}/data/app`, undefined, '{"a":"two"}'],
  ['KV version 2, a version', () => `${mounts.kv2}/data/app`, '1', '{"a":"two"}'],
  ['KV version 1', () => `${mounts.kv1}/app`, undefined, '{"a":"one"}'],
])(
  "vault-env's form has the path of the API, and asks for no mount: %s",
  async (_, path, version, expected) => {
    await using proxy = await startHttpProxy(vault.address)
    const behind = { ...env, VAULT_ADDR: proxy.address }
    expect(await read(behind, idOf(path(), version), { [API_PATH]: 'true' })).toBe(expected)
    expect(proxy.requests).toHaveLength(1)
  },
)

test('an API path without the data/ that it needs', async () => {
  await expect(read(env, idOf(`${mounts.kv2}/app`), { [API_PATH]: 'true' })).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringMatching(
      /is in a KV version 2 mount, whose API paths have data\/ after the mount$/,
    ),
  })
})

test('?address= stands for VAULT_ADDR', async () => {
  const elsewhere = { ...env, VAULT_ADDR: 'http://127.0.0.1:9' }
  expect(await read(elsewhere, idOf(`${mounts.kv2}/app`), { address: vault.address })).toBe('{"a":"two"}')
})

// KV version 2 itself keeps numbers as floating point, and gives 12345678901234567000.
test('numbers keep their digits', async () => {
  const body = '{"big":12345678901234567890,"small":1.10,"list":[1.0,{"x":1E+30}]}'
  const headers = { 'X-Vault-Token': vault.rootToken }
  await fetch(`${vault.address}/v1/${mounts.kv1}/numbers`, { method: 'POST', headers, body })
  const text = await read(env, idOf(`${mounts.kv1}/numbers`))
  expect(text).toBe('{"big":12345678901234567890,"list":[1.0,{"x":1E+30}],"small":1.10}')
})

test('a certificate comes as the PEM text that it is', async () => {
  expect(await read(env, idOf('lab-pki/ca/pem'))).toMatch(/^-----BEGIN CERTIFICATE-----\n/)
})

test('cubbyhole is the private place of a token', async () => {
  await vault.call('POST', 'cubbyhole/mine', { a: 'b' })
  expect(await read(env, idOf('cubbyhole/mine'))).toBe('{"a":"b"}')
})

test('every version by its number, and what became of those that are gone', async () => {
  const path = `${mounts.kv2}/versions`
  const apiPath = (verb: string) => `${mounts.kv2}/${verb}/versions`
  for (const a of ['1', '2', '3', '4']) await vault.call('POST', apiPath('data'), { data: { a } })
  await vault.call('POST', apiPath('delete'), { versions: [2, 4] })
  await vault.call('POST', apiPath('destroy'), { versions: [3] })
  expect(await read(env, idOf(path, '1'))).toBe('{"a":"1"}')
  expect(await read(env, idOf(path, '99'))).toBeUndefined()
  await expect(read(env, idOf(path, '2'))).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: `vault://${path}?version=2 is deleted (version 2)`,
  })
  await expect(read(env, idOf(path, '3'))).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: `vault://${path}?version=3 was destroyed (version 3)`,
  })
  await expect(read(env, idOf(path))).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: `vault://${path} is deleted (version 4)`,
  })
})

test.each([
  [
    'data/ that the CLI does not want',
    () => idOf(`${mounts.kv2}/data/app`),
    'NOT_FOUND',
    /paths are written without data\//,
  ],
  [
    'a version where there are none',
    () => idOf(`${mounts.kv1}/app`, '1'),
    'BAD_TEMPLATE',
    /keeps no versions$/,
  ],
  [
    'a version that is no number',
    () => idOf(`${mounts.kv2}/app`, 'new'),
    'BAD_TEMPLATE',
    /versions are numbers$/,
  ],
  [
    'a mount that is not there',
    () => idOf('nosuch/app'),
    'DENIED',
    /there is no mount for nosuch\/app, or no policy/,
  ],
  ['a path that takes writes only', () => idOf('lab-pki/issue/lab'), 'BAD_TEMPLATE', /can only be written/],
])('%s', async (_, id, code, message) => {
  await expect(read(env, id())).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
})

test.each(['by VAULT_NAMESPACE', 'by ?namespace=', 'in front of the path'])('a namespace %s', async how => {
  const namespace = await vault.createNamespace()
  await vault.call('POST', 'kv/data/app', { data: { a: namespace } }, namespace)
  const [more, options, path] = {
    'by VAULT_NAMESPACE': [{ VAULT_NAMESPACE: namespace }, {}, 'kv/app'] as const,
    'by ?namespace=': [{}, { namespace }, 'kv/app'] as const,
    'in front of the path': [{}, {}, `${namespace}/kv/app`] as const,
  }[how] ?? [{}, {}, '']
  expect(await read({ ...env, ...more }, idOf(path), options)).toBe(JSON.stringify({ a: namespace }))
})

test('a namespace that is not there', async () => {
  await expect(read(env, idOf('kv/app'), { namespace: 'nosuch' })).rejects.toMatchObject({
    code: 'BAD_CONFIG',
    message: expect.stringMatching(/has no such namespace$/),
  })
})

test('a database user: name and password of one lease', async () => {
  const mount = await createDatabase(vault)
  const text = await read(env, idOf(`${mount}/creds/app`))
  const username = fieldOf(text, 'username')
  expect([username, fieldOf(text, 'password').length]).toEqual([expect.stringMatching(/^v-/), 20])
  await expect(read(env, idOf(`${mount}/creds/nosuch`))).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringMatching(/creds\/nosuch does not exist in vault at/),
  })
})

test('one request a path and one a mount, side by side', async () => {
  await using proxy = await startHttpProxy(vault.address)
  const ids = [mounts.kv1, mounts.kv2, mounts.nested].flatMap(mount =>
    Array.from({ length: 4 }, (_, index) => idOf(`${mount}/n${index}`)),
  )
  const provider = createProvider({}, contextOf({ ...env, VAULT_ADDR: proxy.address }))
  await Promise.all(ids.map(id => readAll(provider, [id])))
  const mountRequests = proxy.requests.filter(({ path }) => path.startsWith('/v1/sys/internal/ui/mounts/'))
  expect([mountRequests.length, proxy.requests.length]).toEqual([3, 15])
})

test('node-vault reads the same maps', async () => {
  const client = nodeVault({ endpoint: vault.address, token: vault.rootToken })
  const shapes = {
    text: 'ü\n"',
    number: 5.5,
    yes: true,
    nothing: null,
    list: [1, 'a'],
    map: { a: { b: [] } },
    'k.e y': '',
  }
  await client.write(`${mounts.kv2}/data/shapes`, { data: shapes })
  await client.write(`${mounts.kv1}/shapes`, shapes)
  for (const [path, data] of [
    [`${mounts.kv2}/shapes`, (await client.read(`${mounts.kv2}/data/shapes`)).data.data],
    [`${mounts.kv1}/shapes`, (await client.read(`${mounts.kv1}/shapes`)).data],
  ]) {
    expect(JSON.parse((await read(env, idOf(path))) ?? '')).toEqual(data)
    expect(data).toEqual(shapes)
  }
})

test('nothing is contacted until something is read', async () => {
  await using proxy = await startHttpProxy(vault.address)
  const provider = createProvider({}, contextOf({ ...env, VAULT_ADDR: proxy.address, VAULT_ROLE_ID: 'r' }))
  await provider.read([], deadline())
  await provider.close?.()
  expect(proxy.requests).toEqual([])
})
