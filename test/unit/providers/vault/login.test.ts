import { expect, test } from '@jest/globals'
import type { Inherited } from '../../../../src/core/types.ts'
import type { VaultAnswer, VaultClient, VaultRequest } from '../../../../src/providers/vault/client.ts'
import { logIn } from '../../../../src/providers/vault/login.ts'
import { createFolder } from '../../../helpers/temporary-folder.ts'

const { signal } = new AbortController()
const GIVEN: VaultAnswer = { status: 200, body: { auth: { client_token: 'given' } }, text: '' }

/** A client that writes down what is asked, and gives what each path is to answer. */
function clientThat(answers: Readonly<Record<string, VaultAnswer>> = {}) {
  const requests: VaultRequest[] = []
  const client: VaultClient = {
    store: 'vault',
    async request(request) {
      requests.push(request)
      return answers[request.path] ?? GIVEN
    },
  }
  return { requests, client }
}

async function logInWith(
  env: Inherited,
  answers?: Readonly<Record<string, VaultAnswer>>,
  namespace?: string,
) {
  const { client, requests } = clientThat(answers)
  const token = await logIn({ env, client, namespace }, signal)
  return { token, posts: requests.map(({ path, body }) => [path, body]) }
}

test.each([
  [
    'approle',
    { VAULT_ROLE_ID: 'r', VAULT_SECRET_ID: 's' },
    'auth/approle/login',
    { role_id: 'r', secret_id: 's' },
  ],
  ['approle without a secret id', { VAULT_ROLE_ID: 'r' }, 'auth/approle/login', { role_id: 'r' }],
  [
    'approle, mounted elsewhere',
    { VAULT_ROLE_ID: 'r', VAULT_AUTH_MOUNT: 'auth/team/approle/' },
    'auth/team/approle/login',
    { role_id: 'r' },
  ],
  ['jwt', { VAULT_JWT: 'j', VAULT_ROLE: 'app' }, 'auth/jwt/login', { role: 'app', jwt: 'j' }],
  ['jwt with the default role', { VAULT_JWT: 'j' }, 'auth/jwt/login', { jwt: 'j' }],
  [
    "GitLab's names",
    { VAULT_ID_TOKEN: 'j', VAULT_AUTH_ROLE: 'app', VAULT_AUTH_PATH: 'gitlab' },
    'auth/gitlab/login',
    { role: 'app', jwt: 'j' },
  ],
  [
    'kubernetes',
    { VAULT_AUTH_METHOD: 'kubernetes', VAULT_ROLE: 'app', VAULT_JWT: 'j' },
    'auth/kubernetes/login',
    { role: 'app', jwt: 'j' },
  ],
  [
    "vault-env's names",
    { VAULT_AUTH_METHOD: 'jwt', VAULT_PATH: 'kubernetes', VAULT_ROLE: 'app', VAULT_JWT: 'j' },
    'auth/kubernetes/login',
    { role: 'app', jwt: 'j' },
  ],
  [
    'userpass',
    { VAULT_AUTH_METHOD: 'userpass', VAULT_USERNAME: 'u', VAULT_PASSWORD: 'p' },
    'auth/userpass/login/u',
    { password: 'p' },
  ],
  [
    'ldap',
    { VAULT_AUTH_METHOD: 'ldap', VAULT_USERNAME: 'u', VAULT_PASSWORD: 'p' },
    'auth/ldap/login/u',
    { password: 'p' },
  ],
  ['cert', { VAULT_AUTH_METHOD: 'cert' }, 'auth/cert/login', {}],
  ['cert with a role', { VAULT_AUTH_METHOD: 'cert', VAULT_ROLE: 'app' }, 'auth/cert/login', { name: 'app' }],
  ['BAO_ before VAULT_', { BAO_ROLE_ID: 'b', VAULT_ROLE_ID: 'v' }, 'auth/approle/login', { role_id: 'b' }],
  [
    'the method that is named, although there is a token',
    { VAULT_AUTH_METHOD: 'approle', VAULT_ROLE_ID: 'r', VAULT_TOKEN: 't' },
    'auth/approle/login',
    { role_id: 'r' },
  ],
])('%s', async (_, env, path, body) => {
  const { token, posts } = await logInWith(env)
  expect(posts).toEqual([[path, body]])
  expect(token).toMatchObject({ value: 'given', isOurs: true })
})

test('credentials come from files as well, without white space around them', async () => {
  using folder = createFolder()
  const roleId = folder.write('role-id', 'r\n')
  const secretId = folder.write('secret-id', ' s \n')
  const { posts } = await logInWith({ VAULT_ROLE_ID_FILE: roleId, VAULT_SECRET_ID_FILE: secretId })
  expect(posts).toEqual([['auth/approle/login', { role_id: 'r', secret_id: 's' }]])
})

test('a service account token logs in where a role is set', async () => {
  using folder = createFolder()
  const env = { VAULT_AUTH_METHOD: 'kubernetes', VAULT_ROLE: 'app' }
  const KUBERNETES_SERVICE_ACCOUNT_TOKEN = folder.write('token', 'sa\n')
  const { posts } = await logInWith({ ...env, KUBERNETES_SERVICE_ACCOUNT_TOKEN })
  expect(posts).toEqual([['auth/kubernetes/login', { role: 'app', jwt: 'sa' }]])
})

test('tokens that are there: a variable, a file, then what a person left, before no log-in at all', async () => {
  using folder = createFolder()
  const file = folder.write('token', 'from-file\n')
  folder.write('.vault-token', 'from-home\n')
  const env = { HOME: folder.path }
  const tokenWith = async (more: Inherited) => (await logInWith({ ...env, ...more })).token
  expect(await tokenWith({})).toEqual({
    value: 'from-home',
    source: `${folder.path}/.vault-token`,
    isOurs: false,
  })
  expect(await tokenWith({ VAULT_TOKEN_PATH: file })).toMatchObject({ value: 'from-file' })
  expect(await tokenWith({ VAULT_TOKEN_FILE: file })).toMatchObject({ value: 'from-file' })
  expect(
    await tokenWith({ VAULT_TOKEN_FILE: file, VAULT_TOKEN: 'direct', VAULT_ROLE_ID: 'r' }),
  ).toMatchObject({
    value: 'direct',
  })
  expect(await tokenWith({ VAULT_AUTH_METHOD: 'token', VAULT_ROLE_ID: 'r' })).toMatchObject({
    value: 'from-home',
  })
  expect(await tokenWith({ VAULT_ROLE_ID: 'r' })).toMatchObject({ value: 'given' })
})

const WRAPPED = (path: string): VaultAnswer => ({
  status: 200,
  body: { data: { creation_path: path } },
  text: '',
})
const UNWRAPPED: VaultAnswer = { status: 200, body: { data: { secret_id: 'unwrapped' } }, text: '' }
const USED_UP: VaultAnswer = {
  status: 400,
  body: { errors: ['wrapping token is not valid or does not exist'] },
  text: '',
}

test('a wrapped token is opened after a look at where it was made', async () => {
  const { token, posts } = await logInWith(
    { VAULT_WRAPPED_TOKEN: 'w' },
    { 'sys/wrapping/lookup': WRAPPED('auth/token/create') },
  )
  expect(posts).toEqual([
    ['sys/wrapping/lookup', { token: 'w' }],
    ['sys/wrapping/unwrap', undefined],
  ])
  expect(token).toEqual({
    value: 'given',
    source: 'VAULT_WRAPPED_TOKEN',
    isOurs: true,
    isOnly: true,
  })
})

test('a wrapped secret id is opened, then used', async () => {
  const { posts } = await logInWith(
    { VAULT_ROLE_ID: 'r', VAULT_SECRET_ID: 'w', VAULT_SECRET_ID_WRAPPED: 'true' },
    { 'sys/wrapping/lookup': WRAPPED('auth/approle/role/app/secret-id'), 'sys/wrapping/unwrap': UNWRAPPED },
  )
  expect(posts.at(-1)).toEqual(['auth/approle/login', { role_id: 'r', secret_id: 'unwrapped' }])
})

const WRAPPED_ID = { VAULT_ROLE_ID: 'r', VAULT_SECRET_ID: 'w', VAULT_SECRET_ID_WRAPPED: 'true' }

test.each([
  [
    'a token opened before',
    { VAULT_WRAPPED_TOKEN: 'w' },
    { 'sys/wrapping/lookup': USED_UP },
    /was unwrapped before; .* it was intercepted/,
  ],
  [
    'a token opened at this moment',
    { VAULT_WRAPPED_TOKEN: 'w' },
    { 'sys/wrapping/lookup': WRAPPED('auth/token/create'), 'sys/wrapping/unwrap': USED_UP },
    /intercepted/,
  ],
  [
    'a token that was opened and replaced',
    { VAULT_WRAPPED_TOKEN: 'w' },
    { 'sys/wrapping/lookup': WRAPPED('sys/wrapping/wrap') },
    /replaced/,
  ],
  [
    'a secret id that was opened and replaced',
    WRAPPED_ID,
    { 'sys/wrapping/lookup': WRAPPED('sys/wrapping/wrap') },
    /replaced/,
  ],
  [
    'a secret id of another mount',
    WRAPPED_ID,
    { 'sys/wrapping/lookup': WRAPPED('auth/other/role/app/secret-id') },
    /replaced/,
  ],
  [
    'a secret id that wraps a token',
    WRAPPED_ID,
    { 'sys/wrapping/lookup': WRAPPED('auth/approle/role/app/secret-id') },
    /does not wrap a secret id/,
  ],
])('%s', async (_, env, answers, message) => {
  await expect(logInWith(env, answers)).rejects.toMatchObject({
    code: 'DENIED',
    message: expect.stringMatching(message),
  })
})

test.each([
  [400, 'invalid role or secret ID', 'wrong role id or secret id, or the secret id is used up or expired'],
  [
    400,
    'error validating token: invalid expiration time (exp) claim: token is expired',
    'the token is expired',
  ],
  [
    400,
    'invalid audience (aud) claim: audience claim does not match any bound audience',
    'the token is for another audience',
  ],
  [
    400,
    'error validating claims: claim "project" does not match any associated bound claim values',
    'a claim of the token is not what the role asks for',
  ],
  [400, 'invalid role name "nope"', 'there is no such role'],
  [
    404,
    'no handler for route "auth/approle/login". route entry not found.',
    'no log-in method is mounted there',
  ],
  [403, 'permission denied', 'not allowed, or no log-in method is mounted there'],
])('a refusal with HTTP %i: %s', async (status, error, reason) => {
  const answers = { 'auth/approle/login': { status, body: { errors: [error] }, text: '' } }
  await expect(logInWith({ VAULT_ROLE_ID: 'r' }, answers)).rejects.toMatchObject({
    code: 'DENIED',
    message: `vault refuses the log-in at auth/approle: ${reason}`,
  })
})

test('what is not known of a refusal is not told', async () => {
  const answers = {
    'auth/approle/login': { status: 400, body: { errors: ['planted hvs.s3cret'] }, text: '' },
  }
  await expect(logInWith({ VAULT_ROLE_ID: 'r' }, answers)).rejects.toMatchObject({
    message: 'vault refuses the log-in at auth/approle (HTTP 400)',
  })
})

test('a second factor', async () => {
  const body = { auth: { client_token: '', mfa_requirement: { mfa_request_id: 'x' } } }
  const answers = { 'auth/approle/login': { status: 200, body, text: '' } }
  await expect(logInWith({ VAULT_ROLE_ID: 'r' }, answers)).rejects.toMatchObject({
    message:
      'vault refuses the log-in at auth/approle: it asks for a second factor, which only a person can give',
  })
})

test.each([
  ['nothing set up', {}, 'DENIED', 'there is no vault token, and no log-in is set up'],
  [
    'an unknown method',
    { VAULT_AUTH_METHOD: 'magic' },
    'BAD_CONFIG',
    'VAULT_AUTH_METHOD: magic is not a log-in method',
  ],
  [
    'a method of every object',
    { VAULT_AUTH_METHOD: 'constructor' },
    'BAD_CONFIG',
    'VAULT_AUTH_METHOD: constructor is not a log-in method',
  ],
  [
    'no role',
    { VAULT_AUTH_METHOD: 'kubernetes' },
    'BAD_CONFIG',
    'VAULT_ROLE is not set, but the kubernetes log-in needs it',
  ],
  [
    'no password',
    { VAULT_AUTH_METHOD: 'userpass', VAULT_USERNAME: 'u' },
    'BAD_CONFIG',
    'VAULT_PASSWORD is not set, but the userpass log-in needs it',
  ],
  [
    'a token of two lines',
    { VAULT_TOKEN: 'a\nb' },
    'BAD_CONFIG',
    "VAULT_TOKEN has characters that can't be sent (white space, control characters)",
  ],
  [
    'a file that is not there',
    { VAULT_TOKEN_FILE: '/nosuch' },
    'BAD_CONFIG',
    "VAULT_TOKEN_FILE: /nosuch can't be read (ENOENT)",
  ],
  ['an empty file', { VAULT_TOKEN_FILE: '/dev/null' }, 'BAD_CONFIG', 'VAULT_TOKEN_FILE: /dev/null is empty'],
])('%s', async (_, env, code, message) => {
  await expect(logInWith(env)).rejects.toMatchObject({ code, message })
})

test('requests of the log-in carry its namespace', async () => {
  const { client, requests } = clientThat()
  await logIn({ env: { VAULT_ROLE_ID: 'r' }, client, namespace: 'team' }, signal)
  expect(requests.map(request => request.namespace)).toEqual(['team'])
})
