/** Below `secret/` and `kv/` the secret is asked for before its mount is known: right also where the guess is not. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createProvider } from '../../../src/providers/vault.ts'
import { type HttpProxy, startHttpProxy } from '../../helpers/http-proxy.ts'
import { callOpenBao, openLab, uniqueName } from '../../lab/index.ts'

const { openbao } = openLab()
const namespace = uniqueName('guess')
const within = { 'X-Vault-Namespace': namespace }

let proxy: HttpProxy

beforeAll(async () => {
  proxy = await startHttpProxy(openbao.address)
  await callOpenBao(openbao, 'POST', `sys/namespaces/${namespace}`)
  await callOpenBao(openbao, 'POST', 'sys/mounts/secret', { type: 'kv', options: { version: '2' } }, within)
  await callOpenBao(openbao, 'POST', 'sys/mounts/kv', { type: 'kv', options: { version: '1' } }, within)
  await callOpenBao(openbao, 'POST', 'sys/mounts/team', { type: 'kv', options: { version: '2' } }, within)
  for (const path of ['secret/data/a', 'secret/data/b', 'team/data/a']) {
    await callOpenBao(openbao, 'POST', path, { data: { at: path } }, within)
  }
  await callOpenBao(openbao, 'POST', 'kv/a', { at: 'kv/a' }, within)
})

afterAll(() => proxy.stop())

async function read(...paths: string[]) {
  const before = proxy.requests.length
  const env = { VAULT_ADDR: proxy.address, VAULT_TOKEN: openbao.rootToken, VAULT_NAMESPACE: namespace }
  const provider = createProvider({}, { env, warn: () => undefined })
  const ids = paths.map(path => ({ uri: `vault://${path}`, scheme: 'vault', path, options: {} }))
  const found = await Promise.all(
    ids.map(async id => (await provider.read([id], AbortSignal.timeout(5_000))).get(id)),
  )
  const texts = found.map(secret => (secret && 'reveal' in secret ? secret.reveal() : String(secret)))
  return {
    texts,
    requests: proxy.requests
      .slice(before)
      .map(request => request.path)
      .sort(),
  }
}

test('a right guess costs no request: one a path, one for the mount', async () => {
  expect(await read('secret/a', 'secret/b')).toEqual({
    texts: ['{"at":"secret/data/a"}', '{"at":"secret/data/b"}'],
    requests: ['/v1/secret/data/a', '/v1/secret/data/b', '/v1/sys/internal/ui/mounts/secret/a'],
  })
})

test('a wrong guess is thrown away, and the path read as its mount has it', async () => {
  expect(await read('kv/a')).toEqual({
    texts: ['{"at":"kv/a"}'],
    requests: ['/v1/kv/a', '/v1/kv/data/a', '/v1/sys/internal/ui/mounts/kv/a'],
  })
})

test('nothing is guessed under other names', async () => {
  expect((await read('team/a')).requests).toEqual(['/v1/sys/internal/ui/mounts/team/a', '/v1/team/data/a'])
})

test('a missing secret is missing, guessed or not', async () => {
  expect((await read('secret/no', 'kv/no', 'team/no')).texts).toEqual(['undefined', 'undefined', 'undefined'])
})
