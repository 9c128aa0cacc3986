import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Inherited } from '../../../src/core/types.ts'
import { createFolder } from '../../helpers/temporary-folder.ts'
import { failureOf } from '../contract/store.ts'
import { createJwt, foreignKeys, keys, serve } from './issuer.ts'
import { type LoginLab, openLoginLab, READ, VALUE } from './login-lab.ts'

let lab: LoginLab
beforeAll(async () => {
  lab = await openLoginLab()
})

const folder = createFolder()
afterAll(() => folder[Symbol.dispose]())

async function enableJwt(): Promise<Inherited> {
  const mount = await lab.enable('jwt')
  const pem = keys.publicKey.export({ type: 'spki', format: 'pem' })
  await lab.vault.call('POST', `auth/${mount}/config`, { jwt_validation_pubkeys: [pem], bound_issuer: 'ci' })
  await lab.vault.call('POST', `auth/${mount}/role/app`, {
    role_type: 'jwt',
    user_claim: 'sub',
    bound_audiences: ['vault'],
    bound_claims: { project: '7' },
    token_policies: lab.policy,
  })
  return { VAULT_AUTH_MOUNT: mount, VAULT_ROLE: 'app' }
}

test('JWT, from a variable, a file and by the names of GitLab', async () => {
  const env = await enableJwt()
  const jwt = createJwt({ project: '7' })
  expect(await lab.readApp({ ...env, VAULT_JWT: jwt })).toBe(READ)
  expect(await lab.readApp({ ...env, VAULT_JWT_FILE: folder.write('jwt', `${jwt}\n`) })).toBe(READ)
  const { VAULT_AUTH_MOUNT } = env
  expect(
    await lab.readApp({ VAULT_ID_TOKEN: jwt, VAULT_AUTH_ROLE: 'app', VAULT_AUTH_PATH: VAULT_AUTH_MOUNT }),
  ).toBe(READ)
})

test('JWT of a GitHub job, asked from the runner for the audience that the role wants', async () => {
  const env = await enableJwt()
  const asked: unknown[] = []
  await using runner = await serve(({ url, headers }, response) => {
    asked.push([url, headers.authorization])
    response.end(JSON.stringify({ value: createJwt({ project: '7' }) }))
  })
  const job = {
    ACTIONS_ID_TOKEN_REQUEST_URL: `${runner.address}/token?api-version=2`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'planted-job-token',
    VAULT_JWT_AUDIENCE: 'vault',
  }
  expect(await lab.readApp({ ...env, ...job })).toBe(READ)
  expect(asked).toEqual([['/token?api-version=2&audience=vault', 'Bearer planted-job-token']])
})

test.each([
  [
    'of another project',
    () => createJwt({ project: '8' }),
    'a claim of the token is not what the role asks for',
  ],
  ['for someone else', () => createJwt({ project: '7', aud: 'other' }), 'the token is for another audience'],
  ['from someone else', () => createJwt({ project: '7', iss: 'other' }), 'the token is from another issuer'],
  ['that is expired', () => createJwt({ project: '7', exp: 1_000_000_000 }), 'the token is expired'],
  [
    'of another key',
    () => createJwt({ project: '7' }, foreignKeys.privateKey),
    'the signature of the token is not trusted',
  ],
  [
    'with a role that is not there',
    () => createJwt({ project: '7' }),
    'there is no such role',
    { VAULT_ROLE: 'nosuch' },
  ],
])('a JWT %s', async (_, create, reason, more: Inherited = {}) => {
  const jwt = create()
  const env = await enableJwt()
  const failure = await failureOf(() => lab.readApp({ ...env, VAULT_JWT: jwt, ...more }), [VALUE, jwt])
  expect(failure).toMatchObject({
    code: 'DENIED',
    message: expect.stringMatching(new RegExp(`: ${reason}$`)),
  })
})
