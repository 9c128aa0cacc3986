import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createFolder } from '../../helpers/temporary-folder.ts'
import { failureOf } from '../contract/store.ts'
import { type LoginLab, openLoginLab, READ, VALUE } from './login-lab.ts'
import { wrapOf } from './store.ts'

let lab: LoginLab
beforeAll(async () => {
  lab = await openLoginLab()
})

const folder = createFolder()
afterAll(() => folder[Symbol.dispose]())

test('AppRole, from variables and from files', async () => {
  const { env } = await lab.createAppRole()
  expect(await lab.readApp(env)).toBe(READ)
  const { VAULT_ROLE_ID, VAULT_SECRET_ID, VAULT_AUTH_MOUNT } = env
  const files = {
    VAULT_ROLE_ID_FILE: folder.write('role-id', `${VAULT_ROLE_ID}\n`),
    VAULT_SECRET_ID_FILE: folder.write('secret-id', VAULT_SECRET_ID),
  }
  expect(await lab.readApp({ VAULT_AUTH_MOUNT, ...files })).toBe(READ)
})

test('AppRole: a secret id that is used up', async () => {
  const { env } = await lab.createAppRole({ secret_id_num_uses: 1 })
  expect(await lab.readApp(env)).toBe(READ)
  const failure = await failureOf(() => lab.readApp(env), [VALUE, env.VAULT_SECRET_ID, env.VAULT_ROLE_ID])
  expect(failure).toMatchObject({
    code: 'DENIED',
    message: `vault at ${lab.vault.address} refuses the log-in at auth/${env.VAULT_AUTH_MOUNT}: wrong role id or secret id, or the secret id is used up or expired`,
    details: { hint: 'VAULT_ROLE_ID, VAULT_SECRET_ID' },
  })
})

test('AppRole with a wrapped secret id: once, and never a replaced one', async () => {
  const { env, role, createSecretId } = await lab.createAppRole()
  const token = await wrapped(`${role}/secret-id`)
  const withId = (id: string) => ({ ...env, VAULT_SECRET_ID: id, VAULT_SECRET_ID_WRAPPED: 'true' })
  expect(await lab.readApp(withId(token))).toBe(READ)
  expect((await failureOf(() => lab.readApp(withId(token)), [VALUE, token])).message).toMatch(/intercepted/)
  const secretId = await createSecretId()
  const forged = await wrapped('sys/wrapping/wrap', { secret_id: secretId })
  const failure = await failureOf(() => lab.readApp(withId(forged)), [VALUE, forged, secretId])
  expect(failure).toMatchObject({
    code: 'DENIED',
    message: expect.stringMatching(/intercepted and replaced/),
  })
})

test('a wrapped token: once', async () => {
  const token = await wrapped('auth/token/create', { policies: [lab.policy] })
  expect(await lab.readApp({ VAULT_WRAPPED_TOKEN: token })).toBe(READ)
  const failure = await failureOf(() => lab.readApp({ VAULT_WRAPPED_TOKEN: token }), [VALUE, token])
  expect(failure).toMatchObject({
    code: 'DENIED',
    message: expect.stringMatching(/^VAULT_WRAPPED_TOKEN .* unwrapped before; .* intercepted$/),
  })
})

test('username and password', async () => {
  const mount = await lab.enable('userpass')
  const password = 'planted-user-password'
  await lab.vault.call('POST', `auth/${mount}/users/bob`, { password, token_policies: lab.policy })
  const env = { VAULT_AUTH_METHOD: 'userpass', VAULT_AUTH_MOUNT: mount, VAULT_USERNAME: 'bob' }
  expect(await lab.readApp({ ...env, VAULT_PASSWORD: password })).toBe(READ)
  const wrong = `${password}-wrong`
  const failure = await failureOf(() => lab.readApp({ ...env, VAULT_PASSWORD: wrong }), [VALUE, wrong])
  expect(failure).toMatchObject({
    code: 'DENIED',
    message: expect.stringMatching(/: wrong user name or password$/),
  })
})

async function wrapped(path: string, body: object = {}): Promise<string> {
  const response = await fetch(`${lab.vault.address}/v1/${path}`, {
    method: 'POST',
    headers: { 'X-Vault-Token': lab.vault.rootToken, 'X-Vault-Wrap-TTL': '60s' },
    body: JSON.stringify(body),
  })
  return wrapOf((await response.json()) as Record<string, unknown>)
}
