import { expect, test } from '@jest/globals'
import type { Inherited } from '../../../src/core/types.ts'
import { createProvider } from '../../../src/providers/vault.ts'
import { resolve } from '../../../src/resolve/resolve.ts'
import { startHttpProxy } from '../../helpers/http-proxy.ts'
import { createFolder } from '../../helpers/temporary-folder.ts'
import { uniqueName } from '../../lab/index.ts'
import { installPrograms } from '../../lab/install.ts'
import { answers, freePorts, startServer } from '../../lab/server.ts'
import { deadline, failureOf } from '../contract/store.ts'
import { contextOf, idOf, openVault, read, rootEnv } from './store.ts'

const vault = openVault()
const VALUE = 'planted-failure-value'

async function plant(): Promise<{ mount: string; path: string }> {
  const mount = await vault.mount('kv', 'kv', { version: '2' })
  await vault.call('POST', `${mount}/data/app`, { data: { value: VALUE } })
  return { mount, path: `${mount}/app` }
}

/** The failure of a read with this token, which its message must not show. */
async function failWith(token: string, path: string, more: Inherited = {}) {
  const env = { VAULT_ADDR: vault.address, VAULT_TOKEN: token, ...more }
  return failureOf(() => read(env, idOf(path)), [VALUE, token])
}

test('a policy that allows another path only', async () => {
  const { mount, path } = await plant()
  const token = await vault.createToken(`path "${mount}/data/other" { capabilities = ["read"] }`)
  expect(await failWith(token, path)).toMatchObject({
    code: 'DENIED',
    message: `vault at ${vault.address}: no policy of the token allows reading ${mount}/data/app`,
    details: { hint: `vault token capabilities ${mount}/data/app` },
  })
})

test('a policy that allows nothing in the mount', async () => {
  const { path } = await plant()
  const token = await vault.createToken('path "elsewhere" { capabilities = ["read"] }')
  const message = `vault at ${vault.address}: there is no mount for ${path}, or no policy of the token allows anything in it`
  expect(await failWith(token, path)).toMatchObject({ code: 'DENIED', message })
})

test('a token without the default policy may not look at itself, and lives', async () => {
  const { mount, path } = await plant()
  const rules = `path "${mount}/data/other" { capabilities = ["read"] }`
  const token = await vault.createToken(rules, { no_default_policy: true })
  expect((await failWith(token, path)).message).toMatch(/no policy of the token allows reading/)
})

test.each([
  ['revoked', async (token: string) => void (await vault.call('POST', 'auth/token/revoke', { token }))],
  ['used up', async (token: string) => void (await lookUpBy(token))],
  ['never given', undefined],
])('a token that is dead: %s', async (_, kill) => {
  const { mount, path } = await plant()
  const rules = `path "${mount}/*" { capabilities = ["read"] }`
  const token = kill ? await vault.createToken(rules, { num_uses: 1 }) : 's.never-given-1234567890'
  await kill?.(token)
  expect(await failWith(token, path)).toMatchObject({
    code: 'DENIED',
    message: `vault at ${vault.address} does not know the token of VAULT_TOKEN: expired or revoked`,
    details: { hint: 'vault login' },
  })
})

async function lookUpBy(token: string): Promise<void> {
  await fetch(`${vault.address}/v1/auth/token/lookup-self`, { headers: { 'X-Vault-Token': token } })
}

test('a token that expires between two reads', async () => {
  const { mount, path } = await plant()
  const rules = `path "${mount}/*" { capabilities = ["read"] }`
  const token = await vault.createToken(rules, { ttl: '1s', explicit_max_ttl: '1s' })
  const provider = createProvider({}, contextOf({ VAULT_ADDR: vault.address, VAULT_TOKEN: token }))
  expect((await provider.read([idOf(path)], deadline())).size).toBe(1)
  await untilGone(token)
  const failure = await failureOf(() => provider.read([idOf(path)], deadline()), [VALUE, token])
  expect(failure).toMatchObject({ code: 'DENIED', message: expect.stringMatching(/expired or revoked$/) })
})

async function untilGone(token: string): Promise<void> {
  const isThere = () =>
    vault.call('POST', 'auth/token/lookup', { token }).then(
      () => true,
      () => false,
    )
  while (await isThere()) await new Promise(resolve => setTimeout(resolve, 50))
}

test('many refused reads look at the token once', async () => {
  const { mount } = await plant()
  const token = await vault.createToken(`path "${mount}/data/other" { capabilities = ["read"] }`)
  await using proxy = await startHttpProxy(vault.address)
  const provider = createProvider({}, contextOf({ VAULT_ADDR: proxy.address, VAULT_TOKEN: token }))
  const ids = Array.from({ length: 10 }, (_, index) => idOf(`${mount}/n${index}`))
  await Promise.allSettled(ids.map(id => provider.read([id], deadline())))
  expect(proxy.requests).toHaveLength(1 + 10 + 1)
})

test('a rate limit of the server: throttled, and waited out by the resolver', async () => {
  const { mount, path } = await plant()
  const quota = `sys/quotas/rate-limit/${uniqueName('quota')}`
  await vault.call('POST', quota, { path: `${mount}/`, rate: 1, interval: '1s' })
  const env = rootEnv(vault)
  const reads = await Promise.allSettled([1, 2, 3].map(() => read(env, idOf(path))))
  const failures = reads.flatMap(result => (result.status === 'rejected' ? [result.reason] : []))
  expect(failures[0]).toMatchObject({ code: 'UNAVAILABLE', details: { retry: { throttled: true } } })
  const references = ['1', '1'].map((version, index) => ({
    raw: `vault://${path}?n=${index}`,
    id: { ...idOf(path, version), uri: `vault://${path}?n=${index}` },
    optional: false,
  }))
  const entries = references.map((reference, index) => ({
    file: 't',
    line: index + 1,
    name: `N${index}`,
    parts: [reference],
    decorators: {},
  }))
  const resolved = await resolve({ entries, problems: [], warnings: [] }, contextOf(env), deadline())
  expect([resolved.problems, resolved.secrets.size]).toEqual([[], 2])
  await vault.call('DELETE', quota)
})

test('a server that is sealed', async () => {
  using folder = createFolder()
  const { bao } = await installPrograms(() => {})
  const [port = 0] = await freePorts(1)
  const address = `http://127.0.0.1:${port}`
  const rootToken = uniqueName('sealed-root-token')
  const flags = ['-dev', `-dev-root-token-id=${rootToken}`, `-dev-listen-address=127.0.0.1:${port}`]
  const server = await startServer({
    name: 'sealed',
    folder: folder.path,
    command: [bao, 'server', ...flags, '-dev-no-store-token'],
    options: { env: { HOME: folder.path } },
    isReady: () => answers(`${address}/v1/sys/health`, 200),
  })
  await openVault({ address, rootToken }).call('POST', 'sys/seal')
  const failure = await failureOf(
    () => read(rootEnv({ address, rootToken }), idOf('secret/app')),
    [rootToken],
  )
  await server.stop()
  expect(failure).toMatchObject({
    code: 'UNAVAILABLE',
    message: `vault at ${address} is sealed`,
    details: { hint: 'vault operator unseal', retry: {} },
  })
})
