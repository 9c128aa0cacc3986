import { expect, test } from '@jest/globals'
import { SecwrapError } from '../../../../src/core/errors.ts'
import type { Json } from '../../../../src/core/json.ts'
import type { VaultAnswer } from '../../../../src/providers/vault/client.ts'
import { type AskMount, Mounts, readMount } from '../../../../src/providers/vault/mounts.ts'

const { signal } = new AbortController()

/** A server with these mounts. */
function serve(...mounts: readonly string[]) {
  const asked: string[] = []
  const ask: AskMount = async path => {
    asked.push(path)
    await new Promise(setImmediate)
    const mount = mounts.find(candidate => `${path}/`.startsWith(candidate))
    return mount === undefined ? undefined : { path: mount, versioned: true, isKv: true }
  }
  return { asked, mounts: new Mounts(ask) }
}

function answer(status: number, data: Json): VaultAnswer {
  return { status, body: { data }, text: '' }
}

test.each([
  ['one mount, many paths', ['secret/a', 'secret/b', 'secret/c/d'], ['secret/'], 1],
  ['the mount itself', ['secret'], ['secret/'], 1],
  ['two mounts', ['secret/a', 'kv1/a', 'secret/b', 'kv1/b'], ['secret/', 'kv1/'], 2],
  ['nested mounts', ['team/kv/a', 'team/old/a', 'team/kv/b', 'team/old/b'], ['team/kv/', 'team/old/'], 2],
  [
    'no mount of its own',
    ['sys/health', 'auth/token/lookup-self', 'cubbyhole/x', 'identity/entity/id/x'],
    ['sys/', 'auth/', 'cubbyhole/', 'identity/'],
    0,
  ],
])('%s: one request a mount', async (_, paths, expected, requests) => {
  const { asked, mounts } = serve('secret/', 'kv1/', 'team/kv/', 'team/old/')
  const found = await Promise.all(paths.map(path => mounts.find(path, signal)))
  expect([...new Set(found.map(mount => mount?.path))]).toEqual(expected)
  expect(asked).toHaveLength(requests)
  await mounts.find(paths[0] ?? '', signal)
  expect(asked).toHaveLength(requests)
})

const KV1 = { versioned: false, isKv: true }
const KV2 = { versioned: true, isKv: true }
const OTHER = { versioned: false, isKv: false }

test.each([
  ['KV version 2', answer(200, { path: 'secret/', type: 'kv', options: { version: '2' } }), KV2],
  ['KV version 1', answer(200, { path: 'secret/', type: 'kv', options: { version: '1' } }), KV1],
  ['KV without options', answer(200, { path: 'secret/', type: 'kv', options: null }), KV1],
  ['KV by its old name', answer(200, { path: 'secret/', type: 'generic', options: null }), KV1],
  ['another engine', answer(200, { path: 'secret/', type: 'database', options: { version: '2' } }), OTHER],
  ['a server without the endpoint', answer(404, {}), KV1],
  [
    'an answer with namespaces in front',
    answer(200, { path: 'ns1/ns2/secret/', type: 'kv', options: { version: '2' } }),
    KV2,
  ],
  [
    'an answer about something else',
    answer(200, { path: 'other', type: 'kv', options: { version: '2' } }),
    KV2,
  ],
])('%s', (_, reply, kind) => {
  expect(readMount(reply, 'secret/a')).toEqual({ path: 'secret/', ...kind })
})

test.each([
  ['no data', answer(200, null)],
  ['no path', answer(200, { type: 'kv' })],
])('%s: not an answer about mounts', (_, reply) => {
  expect(readMount(reply, 'secret/a')).toBeUndefined()
})

test('a refusal is about one path only: others ask for themselves', async () => {
  const { asked, mounts } = serve('team/kv/')
  const paths = ['team/closed/a', 'team/kv/a', 'team/closed/b']
  const found = await Promise.all(paths.map(path => mounts.find(path, signal)))
  expect(found.map(mount => mount?.path)).toEqual([undefined, 'team/kv/', undefined])
  expect(asked).toHaveLength(3)
})

test('a failure reaches all who wait, and the next one asks again', async () => {
  let isAway = true
  const mounts = new Mounts(async () => {
    await new Promise(setImmediate)
    if (isAway) throw new SecwrapError('UNAVAILABLE', 'away', { retry: {} })
    return { path: 'secret/', versioned: true, isKv: true }
  })
  const results = await Promise.allSettled(['secret/a', 'secret/b'].map(path => mounts.find(path, signal)))
  expect(results.map(result => result.status)).toEqual(['rejected', 'rejected'])
  isAway = false
  expect(await mounts.find('secret/a', signal)).toMatchObject({ path: 'secret/' })
})
