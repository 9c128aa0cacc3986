/** One token a run: taken once, shared, and given back. */
import { beforeAll, expect, test } from '@jest/globals'
import type { Inherited } from '../../../src/core/types.ts'
import { createProvider } from '../../../src/providers/vault.ts'
import { startHttpProxy } from '../../helpers/http-proxy.ts'
import { deadline, readAll } from '../contract/store.ts'
import { type LoginLab, openLoginLab, VALUE } from './login-lab.ts'
import { contextOf, createDatabase, idOf, tokenOf } from './store.ts'

let lab: LoginLab
beforeAll(async () => {
  lab = await openLoginLab()
})

test('a token that secwrap took is revoked after use', async () => {
  const { env, mount } = await lab.createAppRole()
  const { requests, isAlive } = await watchLogin(env, `${lab.mount}/app`)
  expect(requests).toEqual([
    `POST /v1/auth/${mount}/login`,
    `GET /v1/sys/internal/ui/mounts/${lab.mount}/app`,
    `GET /v1/${lab.mount}/data/app`,
    'POST /v1/auth/token/revoke-self',
  ])
  expect(isAlive).toBe(false)
})

test('a token that was given to secwrap is not', async () => {
  const VAULT_TOKEN = tokenOf(await lab.vault.call('POST', 'auth/token/create', { policies: [lab.policy] }))
  expect((await watchLogin({ VAULT_TOKEN }, `${lab.mount}/app`)).isAlive).toBe(true)
})

test('a token with a lease under it is kept, since the lease would end with it', async () => {
  const database = await createDatabase(lab.vault)
  const policy = await lab.vault.createPolicy(`path "${database}/creds/app" { capabilities = ["read"] }`)
  const { env } = await lab.createAppRole({ token_policies: policy })
  const { requests, isAlive } = await watchLogin(env, `${database}/creds/app`)
  expect([requests.at(-1), isAlive]).toEqual([`GET /v1/${database}/creds/app`, true])
})

test('providers of two namespaces share one log-in: the secret id is good for no more', async () => {
  const namespace = await lab.vault.createNamespace()
  await lab.vault.call('POST', 'kv/data/app', { data: { value: VALUE } }, namespace)
  const rules = [`${namespace}/kv/data/app`, `${lab.mount}/data/app`]
  const policy = await lab.vault.createPolicy(
    rules.map(path => `path "${path}" { capabilities = ["read"] }`).join('\n'),
  )
  const { env } = await lab.createAppRole({ secret_id_num_uses: 1, token_policies: policy })
  const context = contextOf({ ...lab.address, ...env, VAULT_AUTH_NAMESPACE: 'root' })
  const inside = createProvider({ namespace }, context)
  const outside = createProvider({}, context)
  const found = await Promise.all([
    readAll(inside, [idOf('kv/app')]),
    readAll(outside, [idOf(`${lab.mount}/app`)]),
  ])
  expect(found.map(({ size }) => size)).toEqual([1, 1])
  await Promise.all([inside.close?.(), outside.close?.()])
})

test('many reads at once log in once; a refused log-in is not repeated', async () => {
  const { env } = await lab.createAppRole()
  await using proxy = await startHttpProxy(lab.vault.address)
  const wrong = contextOf({ ...lab.address, ...env, VAULT_SECRET_ID: 'wrong', VAULT_ADDR: proxy.address })
  const provider = createProvider({}, wrong)
  const ids = Array.from({ length: 20 }, (_, index) => idOf(`${lab.mount}/n${index}`))
  const results = await Promise.allSettled(ids.map(id => provider.read([id], deadline())))
  results.push(...(await Promise.allSettled(ids.map(id => provider.read([id], deadline())))))
  expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['rejected']))
  expect(proxy.requests).toHaveLength(1)
})

test('a log-in that failed for a moment is tried again', async () => {
  const { env } = await lab.createAppRole()
  await using proxy = await startHttpProxy(lab.vault.address)
  proxy.fault = () => ({ kind: 'answer', status: 503, body: '{"errors":["Vault is sealed"]}' })
  const provider = createProvider({}, contextOf({ ...lab.address, ...env, VAULT_ADDR: proxy.address }))
  const id = idOf(`${lab.mount}/app`)
  await expect(provider.read([id], deadline())).rejects.toMatchObject({ details: { retry: {} } })
  proxy.fault = () => undefined
  expect((await readAll(provider, [id])).size).toBe(1)
  await provider.close?.()
})

/** Logs in through a proxy, and tells which token that gave and what was asked. */
async function watchLogin(env: Inherited, path: string) {
  await using proxy = await startHttpProxy(lab.vault.address)
  const provider = createProvider({}, contextOf({ ...lab.address, ...env, VAULT_ADDR: proxy.address }))
  await readAll(provider, [idOf(path)])
  const token = String(proxy.requests.at(-1)?.headers['x-vault-token'])
  await provider.close?.()
  const requests = proxy.requests.map(({ method, path }) => `${method} ${path}`)
  const isAlive = await lab.vault.call('POST', 'auth/token/lookup', { token }).then(
    () => true,
    () => false,
  )
  return { requests, token, isAlive }
}
