/** Who may do what: the capabilities that each verb needs, namespaces, and the token that is given back. */
import { beforeAll, describe, expect, test } from '@jest/globals'
import { Secret } from '../../../src/core/secret.ts'
import type { SecretId, Writer } from '../../../src/core/types.ts'
import { createWriter } from '../../../src/providers/vault-writer.ts'
import { uniqueName } from '../../lab/index.ts'
import { deadline, failureOf } from '../contract/store.ts'
import { contextOf, idOf, openVault, rootEnv, tokenOf } from './store.ts'

const PLANTED = 'planted-access-value-2b7e'
const secret = new Secret(JSON.stringify({ value: PLANTED }))
const vault = openVault()

/** `data/NAME create read`: what is added to a policy, below the mount; NAME stands for the secret. */
type Grant = string
type Run = (writer: Writer, id: SecretId) => Promise<unknown>

const write: Run = (writer, id) => writer.write(id, secret, {}, deadline())
const writeOver: Run = (writer, id) => writer.write(id, secret, { ifVersion: '1' }, deadline())
const current: Run = (writer, id) => writer.current(id, deadline())
const history: Run = (writer, id) => writer.history(id, deadline())
const remove: Run = (writer, id) => writer.delete(id, {}, deadline())
const destroy: Run = (writer, id) => writer.delete(id, { destroy: true }, deadline())
const recover: Run = (writer, id) => writer.delete(id, { recover: true }, deadline())
const listAll: Run = (writer, id) =>
  Array.fromAsync(writer.list({ ...id, path: id.path.replace(/[^/]*$/, '') }, deadline()))
const oneVersion =
  (run: Run): Run =>
  (writer, id) =>
    run(writer, { ...id, version: '1' })

const CASES: Readonly<Record<'1' | '2', readonly (readonly [string, readonly Grant[], Run])[]>> = {
  2: [
    ['write over an old version', ['data/NAME update'], write],
    ['write, checked', ['data/NAME update'], writeOver],
    ['current', ['data/NAME read'], current],
    ['history', ['metadata/NAME read'], history],
    ['list', ['metadata/ list'], listAll],
    ['delete', ['data/NAME read', 'data/NAME delete'], remove],
    ['delete one version', ['metadata/NAME read', 'delete/NAME update'], oneVersion(remove)],
    ['destroy', ['metadata/NAME read', 'metadata/NAME delete'], destroy],
    ['destroy one version', ['metadata/NAME read', 'destroy/NAME update'], oneVersion(destroy)],
    ['recover', ['metadata/NAME read', 'undelete/NAME update'], recover],
  ],
  1: [
    ['write', ['NAME update'], write],
    ['current', ['NAME read'], current],
    ['list', ['list'], listAll],
    ['delete', ['NAME read', 'NAME delete'], remove],
  ],
}

describe.each(['2', '1'] as const)('KV version %s', version => {
  let mount: string
  beforeAll(async () => {
    mount = await vault.mount('access', 'kv', { version })
  })

  const root = () => createWriter({}, contextOf(rootEnv(vault)))

  async function writerWith(grants: readonly Grant[], name: string): Promise<Writer> {
    const byPath = Map.groupBy(grants, grant => grant.split(' ').slice(0, -1).join(' ').replace('NAME', name))
    const rules = [...byPath].map(([path, capabilities]) => {
      const names = capabilities.map(grant => `"${grant.split(' ').at(-1)}"`)
      return `path "${mount}/${path}" { capabilities = [${names.join(', ')}] }`
    })
    const token = await vault.createToken(
      [`path "${mount}/none" { capabilities = ["read"] }`, ...rules].join('\n'),
    )
    return createWriter({}, contextOf({ VAULT_ADDR: vault.address, VAULT_TOKEN: token }))
  }

  test.each(CASES[version])('%s needs %j, and names the path that is denied', async (_, grants, run) => {
    const name = uniqueName('secret')
    const id = idOf(`${mount}/${name}`)
    const prepare = async () => {
      await root().write(id, secret, {}, deadline())
      if (run === recover) await root().delete(id, {}, deadline())
    }
    await prepare()
    for (const missing of grants) {
      const writer = await writerWith(
        grants.filter(grant => grant !== missing),
        name,
      )
      const { code, message } = await failureOf(() => run(writer, id), [PLANTED, vault.rootToken])
      const path = missing.split(' ').slice(0, -1).join(' ').replace('NAME', name)
      expect([code, message]).toEqual(['DENIED', expect.stringContaining(`${mount}/${path}`)])
    }
    await run(await writerWith(grants, name), id)
  })

  test('a first write needs create, and tells so', async () => {
    const name = uniqueName('new')
    const id = idOf(`${mount}/${name}`)
    const path = version === '2' ? 'data/NAME' : 'NAME'
    const updater = await writerWith([`${path} update`], name)
    const { code } = await failureOf(() => write(updater, id), [PLANTED, vault.rootToken])
    expect(code).toBe('DENIED')
    await write(await writerWith([`${path} create`], name), id)
  })
})

test('a secret of a namespace, by VAULT_NAMESPACE and by ?namespace=', async () => {
  const namespace = await vault.createNamespace()
  const env = rootEnv(vault)
  const id = idOf('kv/app/name')
  await createWriter({}, contextOf({ ...env, VAULT_NAMESPACE: namespace })).write(id, secret, {}, deadline())
  const options = { namespace }
  const asked = { ...id, uri: `${id.uri}?namespace=${namespace}`, options }
  const writer = createWriter(options, contextOf(env))
  expect((await writer.current(asked, deadline()))?.secret.reveal()).toBe(secret.reveal())
  const prefix = { ...asked, path: 'kv/', uri: `vault://kv/?namespace=${namespace}` }
  const listed = await Array.fromAsync(writer.list(prefix, deadline()))
  expect(listed.map(({ id }) => id)).toEqual([asked])
  const { code } = await failureOf(
    () => createWriter({}, contextOf(env)).current(id, deadline()),
    [PLANTED, vault.rootToken],
  )
  expect(code).toBe('DENIED') // there is no such mount outside
})

test('a token that the writer took for itself is revoked when it is closed', async () => {
  const mount = await vault.mount('session', 'kv', { version: '2' })
  const policy = await vault.createPolicy(`path "${mount}/*" { capabilities = ["create", "read", "update"] }`)
  const method = uniqueName('userpass')
  await vault.call('POST', `sys/auth/${method}`, { type: 'userpass' })
  await vault.call('POST', `auth/${method}/users/app`, { password: 'planted-password', policies: [policy] })
  const login = { VAULT_AUTH_METHOD: 'userpass', VAULT_AUTH_MOUNT: method, VAULT_USERNAME: 'app' }
  const writer = createWriter(
    {},
    contextOf({ VAULT_ADDR: vault.address, ...login, VAULT_PASSWORD: 'planted-password' }),
  )
  await write(writer, idOf(`${mount}/name`))
  expect(await countTokensWith(policy)).toBe(1)
  await writer.close?.()
  expect(await countTokensWith(policy)).toBe(0)
})

/** Other tests take and revoke tokens at the same time. */
async function countTokensWith(policy: string): Promise<number> {
  const { data } = await vault.call('GET', 'auth/token/accessors?list=true')
  const { keys } = data as { keys: string[] }
  const looks = keys.map(accessor => vault.call('POST', 'auth/token/lookup-accessor', { accessor }))
  const living = (await Promise.allSettled(looks)).filter(look => look.status === 'fulfilled')
  return living.filter(({ value }) => (value.data as { policies: string[] }).policies.includes(policy)).length
}

test('a token that is dead: DENIED, as such', async () => {
  const mount = await vault.mount('dead', 'kv', { version: '2' })
  const token = tokenOf(await vault.call('POST', 'auth/token/create', { policies: ['root'] }))
  const writer = createWriter({}, contextOf({ VAULT_ADDR: vault.address, VAULT_TOKEN: token }))
  await write(writer, idOf(`${mount}/name`))
  await vault.call('POST', 'auth/token/revoke', { token })
  const { code, message } = await failureOf(() => write(writer, idOf(`${mount}/name`)), [PLANTED, token])
  expect([code, message]).toEqual(['DENIED', expect.stringContaining('does not know the token')])
})

test('a quota of the server: throttled, worth another try', async () => {
  const mount = await vault.mount('quota', 'kv', { version: '2' })
  const quota = uniqueName('quota')
  await vault.call('POST', `sys/quotas/rate-limit/${quota}`, { path: `${mount}/`, rate: 1, interval: '60s' })
  const writer = createWriter({}, contextOf(rootEnv(vault)))
  await write(writer, idOf(`${mount}/name`))
  const { code, details } = await failureOf(
    () => write(writer, idOf(`${mount}/name`)),
    [PLANTED, vault.rootToken],
  )
  expect([code, details.retry?.throttled]).toEqual(['UNAVAILABLE', true])
  await vault.call('DELETE', `sys/quotas/rate-limit/${quota}`)
})
