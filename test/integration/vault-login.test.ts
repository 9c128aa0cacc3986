import { generateKeyPairSync, sign } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type RequestListener, request as sendRequest } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Inherited } from '../../src/core/types.ts'
import { createProvider } from '../../src/providers/vault.ts'
import { startHttpProxy } from '../helpers/http-proxy.ts'
import { createFolder, type Folder } from '../helpers/temporary-folder.ts'
import { unrestricted } from '../lab/aws-access.ts'
import { openLab, uniqueName } from '../lab/index.ts'
import { deadline, failureOf, readAll } from './contract/store.ts'
import { contextOf, createDatabase, idOf, openVault, read, tokenOf, wrapOf } from './vault-store.ts'

const vault = openVault()
const ADDR = { VAULT_ADDR: vault.address, HOME: '/nonexistent' }
const VALUE = 'planted-login-value'
const state = { mount: '', policy: '' }
let folder: Folder

beforeAll(async () => {
  folder = createFolder()
  state.mount = await vault.mount('kv', 'kv', { version: '2' })
  state.policy = await vault.createPolicy(`path "${state.mount}/data/app" { capabilities = ["read"] }`)
  await vault.call('POST', `${state.mount}/data/app`, { data: { value: VALUE } })
})
afterAll(() => folder[Symbol.dispose]())

const readApp = (env: Inherited) => read({ ...ADDR, ...env }, idOf(`${state.mount}/app`))
const READ = JSON.stringify({ value: VALUE })

async function enable(type: string): Promise<string> {
  const mount = uniqueName(type)
  await vault.call('POST', `sys/auth/${mount}`, { type })
  return mount
}

/** An AppRole, and what to set in order to log in with it. */
async function createAppRole(more: object = {}) {
  const mount = await enable('approle')
  const role = `auth/${mount}/role/app`
  await vault.call('POST', role, { token_policies: state.policy, token_ttl: '1m', ...more })
  const { data } = (await vault.call('GET', `${role}/role-id`)) as { data: { role_id: string } }
  const createSecretId = async () => {
    const answer = (await vault.call('POST', `${role}/secret-id`)) as { data: { secret_id: string } }
    return answer.data.secret_id
  }
  const env = {
    VAULT_AUTH_MOUNT: mount,
    VAULT_ROLE_ID: data.role_id,
    VAULT_SECRET_ID: await createSecretId(),
  }
  return { env, role, mount, createSecretId }
}

async function wrapped(path: string, body: object = {}): Promise<string> {
  const response = await fetch(`${vault.address}/v1/${path}`, {
    method: 'POST',
    headers: { 'X-Vault-Token': vault.rootToken, 'X-Vault-Wrap-TTL': '60s' },
    body: JSON.stringify(body),
  })
  return wrapOf((await response.json()) as Record<string, unknown>)
}

test('AppRole, from variables and from files', async () => {
  const { env } = await createAppRole()
  expect(await readApp(env)).toBe(READ)
  const { VAULT_ROLE_ID, VAULT_SECRET_ID, VAULT_AUTH_MOUNT } = env
  const files = {
    VAULT_ROLE_ID_FILE: folder.write('role-id', `${VAULT_ROLE_ID}\n`),
    VAULT_SECRET_ID_FILE: folder.write('secret-id', VAULT_SECRET_ID),
  }
  expect(await readApp({ VAULT_AUTH_MOUNT, ...files })).toBe(READ)
})

test('AppRole: a secret id that is used up', async () => {
  const { env } = await createAppRole({ secret_id_num_uses: 1 })
  expect(await readApp(env)).toBe(READ)
  const failure = await failureOf(() => readApp(env), [VALUE, env.VAULT_SECRET_ID, env.VAULT_ROLE_ID])
  expect(failure).toMatchObject({
    code: 'DENIED',
    message: `vault at ${vault.address} refuses the log-in at auth/${env.VAULT_AUTH_MOUNT}: wrong role id or secret id, or the secret id is used up or expired`,
    details: { hint: 'VAULT_ROLE_ID, VAULT_SECRET_ID' },
  })
})

test('AppRole with a wrapped secret id: once, and never a replaced one', async () => {
  const { env, role, createSecretId } = await createAppRole()
  const token = await wrapped(`${role}/secret-id`)
  const withId = (id: string) => ({ ...env, VAULT_SECRET_ID: id, VAULT_SECRET_ID_WRAPPED: 'true' })
  expect(await readApp(withId(token))).toBe(READ)
  expect((await failureOf(() => readApp(withId(token)), [VALUE, token])).message).toMatch(/intercepted/)
  const secretId = await createSecretId()
  const forged = await wrapped('sys/wrapping/wrap', { secret_id: secretId })
  const failure = await failureOf(() => readApp(withId(forged)), [VALUE, forged, secretId])
  expect(failure).toMatchObject({
    code: 'DENIED',
    message: expect.stringMatching(/intercepted and replaced/),
  })
})

test('a wrapped token: once', async () => {
  const token = await wrapped('auth/token/create', { policies: [state.policy] })
  expect(await readApp({ VAULT_WRAPPED_TOKEN: token })).toBe(READ)
  const failure = await failureOf(() => readApp({ VAULT_WRAPPED_TOKEN: token }), [VALUE, token])
  expect(failure).toMatchObject({
    code: 'DENIED',
    message: expect.stringMatching(/^VAULT_WRAPPED_TOKEN .* unwrapped before; .* intercepted$/),
  })
})

test('username and password', async () => {
  const mount = await enable('userpass')
  const password = 'planted-user-password'
  await vault.call('POST', `auth/${mount}/users/bob`, { password, token_policies: state.policy })
  const env = { VAULT_AUTH_METHOD: 'userpass', VAULT_AUTH_MOUNT: mount, VAULT_USERNAME: 'bob' }
  expect(await readApp({ ...env, VAULT_PASSWORD: password })).toBe(READ)
  const wrong = `${password}-wrong`
  const failure = await failureOf(() => readApp({ ...env, VAULT_PASSWORD: wrong }), [VALUE, wrong])
  expect(failure).toMatchObject({
    code: 'DENIED',
    message: expect.stringMatching(/: wrong user name or password$/),
  })
})

const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
const foreignKeys = generateKeyPairSync('rsa', { modulusLength: 2048 })

function createJwt(claims: object, key = keys.privateKey): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  const exp = Math.floor(Date.now() / 1_000) + 60
  const text = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode({ iss: 'ci', aud: ['vault'], sub: 'job', exp, ...claims })}`
  return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`
}

async function enableJwt(): Promise<Inherited> {
  const mount = await enable('jwt')
  const pem = keys.publicKey.export({ type: 'spki', format: 'pem' })
  await vault.call('POST', `auth/${mount}/config`, { jwt_validation_pubkeys: [pem], bound_issuer: 'ci' })
  await vault.call('POST', `auth/${mount}/role/app`, {
    role_type: 'jwt',
    user_claim: 'sub',
    bound_audiences: ['vault'],
    bound_claims: { project: '7' },
    token_policies: state.policy,
  })
  return { VAULT_AUTH_MOUNT: mount, VAULT_ROLE: 'app' }
}

test('JWT, from a variable, a file and by the names of GitLab', async () => {
  const env = await enableJwt()
  const jwt = createJwt({ project: '7' })
  expect(await readApp({ ...env, VAULT_JWT: jwt })).toBe(READ)
  expect(await readApp({ ...env, VAULT_JWT_FILE: folder.write('jwt', `${jwt}\n`) })).toBe(READ)
  const { VAULT_AUTH_MOUNT } = env
  expect(
    await readApp({ VAULT_ID_TOKEN: jwt, VAULT_AUTH_ROLE: 'app', VAULT_AUTH_PATH: VAULT_AUTH_MOUNT }),
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
  expect(await readApp({ ...env, ...job })).toBe(READ)
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
  const failure = await failureOf(() => readApp({ ...env, VAULT_JWT: jwt, ...more }), [VALUE, jwt])
  expect(failure).toMatchObject({
    code: 'DENIED',
    message: expect.stringMatching(new RegExp(`: ${reason}$`)),
  })
})

test('Kubernetes: the token of a service account that the cluster confirms', async () => {
  await using cluster = await serve((_, response) => {
    const user = {
      username: 'system:serviceaccount:shop:app',
      uid: 'u-1',
      groups: ['system:serviceaccounts'],
    }
    const status = { authenticated: true, user }
    response.writeHead(201, { 'Content-Type': 'application/json' })
    response.end(JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', status }))
  })
  const mount = await enable('kubernetes')
  const kubernetes_ca_cert = readFileSync(openLab().certificates.caFile, 'utf8')
  await vault.call('POST', `auth/${mount}/config`, {
    kubernetes_host: cluster.address,
    kubernetes_ca_cert,
    disable_local_ca_jwt: true,
  })
  const role = { bound_service_account_namespaces: 'shop', token_policies: state.policy }
  await vault.call('POST', `auth/${mount}/role/app`, { ...role, bound_service_account_names: 'app' })
  await vault.call('POST', `auth/${mount}/role/other`, { ...role, bound_service_account_names: 'other' })
  const claims = {
    'kubernetes.io/serviceaccount/namespace': 'shop',
    'kubernetes.io/serviceaccount/service-account.name': 'app',
    'kubernetes.io/serviceaccount/service-account.uid': 'u-1',
  }
  const file = folder.write(
    'service-account',
    createJwt({
      ...claims,
      iss: 'kubernetes/serviceaccount',
      aud: undefined,
      sub: 'system:serviceaccount:shop:app',
    }),
  )
  const env = {
    VAULT_AUTH_METHOD: 'kubernetes',
    VAULT_AUTH_MOUNT: mount,
    KUBERNETES_SERVICE_ACCOUNT_TOKEN: file,
  }
  expect(await readApp({ ...env, VAULT_ROLE: 'app' })).toBe(READ)
  expect(await failureOf(() => readApp({ ...env, VAULT_ROLE: 'other' }), [VALUE])).toMatchObject({
    code: 'DENIED',
  })
})

test('AWS: a signed request by which Vault asks STS who this is', async () => {
  const identity = unrestricted()
  const given = tokenOf(await vault.call('POST', 'auth/token/create', { policies: [state.policy] }))
  await using proxy = await startHttpProxy(vault.address)
  proxy.fault = ({ path }) =>
    path === '/v1/auth/aws/login'
      ? { kind: 'answer', status: 200, body: JSON.stringify({ auth: { client_token: given } }) }
      : undefined
  const env = {
    VAULT_ADDR: proxy.address,
    VAULT_AUTH_METHOD: 'aws',
    VAULT_ROLE: 'app',
    VAULT_AWS_HEADER_VALUE: 'vault.example',
    AWS_ACCESS_KEY_ID: identity.accessKeyId,
    AWS_SECRET_ACCESS_KEY: identity.secretAccessKey,
  }
  expect(await readApp(env)).toBe(READ)
  const login = JSON.parse(proxy.requests[0]?.body ?? '') as Record<string, string>
  expect(login).toMatchObject({ role: 'app', iam_http_request_method: 'POST' })
  expect(JSON.stringify(login)).not.toContain(identity.secretAccessKey)
  // What Vault does with it: the same request, sent to STS, which answers with the identity of the signer.
  const [status, answer] = await sendToSts(login)
  expect([status, answer]).toEqual([200, expect.stringContaining('<GetCallerIdentityResult>')])
  const [refused] = await sendToSts({
    ...login,
    iam_request_body: btoa('Action=GetCallerIdentity&Version=x'),
  })
  expect(refused).toBe(403)
})

async function sendToSts(login: Readonly<Record<string, string>>): Promise<[status: number, text: string]> {
  const { iam_request_url: url = '', iam_request_headers: headers = '', iam_request_body: body = '' } = login
  const sent = JSON.parse(atob(headers)) as Record<string, string>
  expect(sent['x-vault-aws-iam-server-id']).toBe('vault.example')
  const { host } = new URL(atob(url))
  const { promise, resolve, reject } = Promise.withResolvers<[number, string]>()
  const options = { method: 'POST', headers: { ...sent, host } }
  const request = sendRequest(openLab().aws.endpoint, options, async response => {
    resolve([response.statusCode ?? 0, await text(response)])
  })
  request.on('error', reject).end(atob(body))
  return promise
}

/** A server on loopback that gives one answer, and ends with the block. */
async function serve(answer: RequestListener): Promise<AsyncDisposable & { address: string }> {
  const server = createServer(answer)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as { port: number }
  return {
    address: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
  }
}

/** Logs in through a proxy, and tells which token that gave and what was asked. */
async function watchLogin(env: Inherited, path: string) {
  await using proxy = await startHttpProxy(vault.address)
  const provider = createProvider({}, contextOf({ ...ADDR, ...env, VAULT_ADDR: proxy.address }))
  await readAll(provider, [idOf(path)])
  const token = String(proxy.requests.at(-1)?.headers['x-vault-token'])
  await provider.close?.()
  const requests = proxy.requests.map(({ method, path }) => `${method} ${path}`)
  const isAlive = await vault.call('POST', 'auth/token/lookup', { token }).then(
    () => true,
    () => false,
  )
  return { requests, token, isAlive }
}

test('a token that secwrap took is revoked after use', async () => {
  const { env, mount } = await createAppRole()
  const { requests, isAlive } = await watchLogin(env, `${state.mount}/app`)
  expect(requests).toEqual([
    `POST /v1/auth/${mount}/login`,
    `GET /v1/sys/internal/ui/mounts/${state.mount}/app`,
    `GET /v1/${state.mount}/data/app`,
    'POST /v1/auth/token/revoke-self',
  ])
  expect(isAlive).toBe(false)
})

test('a token that was given to secwrap is not', async () => {
  const VAULT_TOKEN = tokenOf(await vault.call('POST', 'auth/token/create', { policies: [state.policy] }))
  expect((await watchLogin({ VAULT_TOKEN }, `${state.mount}/app`)).isAlive).toBe(true)
})

test('a token with a lease under it is kept, since the lease would end with it', async () => {
  const database = await createDatabase(vault)
  const policy = await vault.createPolicy(`path "${database}/creds/app" { capabilities = ["read"] }`)
  const { env } = await createAppRole({ token_policies: policy })
  const { requests, isAlive } = await watchLogin(env, `${database}/creds/app`)
  expect([requests.at(-1), isAlive]).toEqual([`GET /v1/${database}/creds/app`, true])
})

test('providers of two namespaces share one log-in: the secret id is good for no more', async () => {
  const namespace = await vault.createNamespace()
  await vault.call('POST', 'kv/data/app', { data: { value: VALUE } }, namespace)
  const rules = [`${namespace}/kv/data/app`, `${state.mount}/data/app`]
  const policy = await vault.createPolicy(
    rules.map(path => `path "${path}" { capabilities = ["read"] }`).join('\n'),
  )
  const { env } = await createAppRole({ secret_id_num_uses: 1, token_policies: policy })
  const context = contextOf({ ...ADDR, ...env, VAULT_AUTH_NAMESPACE: 'root' })
  const inside = createProvider({ namespace }, context)
  const outside = createProvider({}, context)
  const found = await Promise.all([
    readAll(inside, [idOf('kv/app')]),
    readAll(outside, [idOf(`${state.mount}/app`)]),
  ])
  expect(found.map(({ size }) => size)).toEqual([1, 1])
  await Promise.all([inside.close?.(), outside.close?.()])
})

test('many reads at once log in once; a refused log-in is not repeated', async () => {
  const { env } = await createAppRole()
  await using proxy = await startHttpProxy(vault.address)
  const wrong = contextOf({ ...ADDR, ...env, VAULT_SECRET_ID: 'wrong', VAULT_ADDR: proxy.address })
  const provider = createProvider({}, wrong)
  const ids = Array.from({ length: 20 }, (_, index) => idOf(`${state.mount}/n${index}`))
  const results = await Promise.allSettled(ids.map(id => provider.read([id], deadline())))
  results.push(...(await Promise.allSettled(ids.map(id => provider.read([id], deadline())))))
  expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['rejected']))
  expect(proxy.requests).toHaveLength(1)
})

test('a log-in that failed for a moment is tried again', async () => {
  const { env } = await createAppRole()
  await using proxy = await startHttpProxy(vault.address)
  proxy.fault = () => ({ kind: 'answer', status: 503, body: '{"errors":["Vault is sealed"]}' })
  const provider = createProvider({}, contextOf({ ...ADDR, ...env, VAULT_ADDR: proxy.address }))
  const id = idOf(`${state.mount}/app`)
  await expect(provider.read([id], deadline())).rejects.toMatchObject({ details: { retry: {} } })
  proxy.fault = () => undefined
  expect((await readAll(provider, [id])).size).toBe(1)
  await provider.close?.()
})
