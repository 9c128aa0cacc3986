/** Certificates that Vault makes for each read: `vault://pki/issue/ROLE?common_name=…`. */
import { X509Certificate } from 'node:crypto'
import { beforeAll, expect, test } from '@jest/globals'
import { Secret } from '../../../src/core/secret.ts'
import type { SecretId } from '../../../src/core/types.ts'
import { createProvider } from '../../../src/providers/vault.ts'
import { createWriter } from '../../../src/providers/vault-writer.ts'
import { parseReference } from '../../../src/template/reference.ts'
import { startHttpProxy } from '../../helpers/http-proxy.ts'
import { deadline, readAll } from '../contract/store.ts'
import { contextOf, createAuthority, fieldOf, openVault, read, rootEnv } from './store.ts'

const vault = openVault()
const env = rootEnv(vault)
let pki = ''
let kv1 = ''

beforeAll(async () => {
  pki = await createAuthority(vault)
  kv1 = await vault.mount('kv1', 'kv', { version: '1' })
})

function idOf(path: string): SecretId {
  return parseReference(`vault://${path}`).id
}

async function readSecret(id: SecretId): Promise<Secret | undefined> {
  const provider = createProvider(id.options, contextOf(env))
  const secret = (await readAll(provider, [id])).get(id)
  return secret instanceof Secret ? secret : undefined
}

test('a certificate with its key, for as long as was asked', async () => {
  const secret = await readSecret(idOf(`${pki}/issue/web?common_name=app.local&ip_sans=127.0.0.1&ttl=90s`))
  const text = secret?.reveal()
  const certificate = new X509Certificate(fieldOf(text, 'certificate'))
  expect(certificate.subjectAltName).toBe('DNS:app.local, IP Address:127.0.0.1')
  expect(fieldOf(text, 'private_key')).toMatch(/^-----BEGIN EC PRIVATE KEY-----\n/)
  expect(secret?.facts).toEqual({ lease: { seconds: expect.any(Number), renewable: false } })
  const endsAt = Date.now() + (secret?.facts.lease?.seconds ?? 0) * 1_000
  expect(Math.abs(endsAt - Date.parse(certificate.validTo))).toBeLessThan(10_000)
})

test('a bundle: key, certificate and authority in one', async () => {
  const text = await read(env, idOf(`${pki}/issue/web?common_name=app.local&format=pem_bundle`))
  expect(fieldOf(text, 'certificate').match(/-----BEGIN [A-Z ]+-----/g)).toEqual([
    '-----BEGIN EC PRIVATE KEY-----',
    '-----BEGIN CERTIFICATE-----',
    '-----BEGIN CERTIFICATE-----',
  ])
})

test('of a role with leases it is one that can be revoked, and not renewed', async () => {
  const secret = await readSecret(idOf(`${pki}/issue/leased?common_name=app.local&ttl=90s`))
  const id = expect.stringMatching(new RegExp(`^${pki}/issue/leased/`))
  expect(secret?.facts).toEqual({ lease: { id, seconds: expect.any(Number), renewable: false } })
  // The server counts from when it made the key.
  expect(secret?.facts.lease?.seconds).toBeGreaterThan(60)
  expect(secret?.facts.lease?.seconds).toBeLessThanOrEqual(90)
})

test('one request beside the one for the mount, which is a write', async () => {
  await using proxy = await startHttpProxy(vault.address)
  const id = idOf(`${pki}/issue/web?ttl=90s&common_name=app.local`)
  await read({ ...env, VAULT_ADDR: proxy.address }, id)
  expect(proxy.requests.map(({ method, path, body }) => [method, path, body])).toEqual([
    ['GET', `/v1/sys/internal/ui/mounts/${pki}/issue/web`, ''],
    ['POST', `/v1/${pki}/issue/web`, '{"ttl":"90s","common_name":"app.local"}'],
  ])
})

test.each([
  ['a KV secret', () => `${kv1}/issue/web`],
  ['a KV secret under a usual name', () => 'secret/issue/web'],
  ['another path of the engine', () => `${pki}/roles/web`],
  ['a path of the server', () => 'sys/health'],
])('%s is read without them, and never written', async (_, path) => {
  await using proxy = await startHttpProxy(vault.address)
  const reading = read({ ...env, VAULT_ADDR: proxy.address }, idOf(`${path()}?ttl=90s`))
  await expect(reading).rejects.toMatchObject({
    code: 'BAD_TEMPLATE',
    message: `vault://${path()}?ttl=90s: the option ttl is for certificates`,
  })
  expect(proxy.requests.filter(({ method }) => method !== 'GET')).toEqual([])
})

test('nor does a writer take them', async () => {
  const id = idOf(`${kv1}/app?ttl=90s`)
  const writer = createWriter(id.options, contextOf(env))
  await expect(writer.write(id, new Secret('{}'), {}, deadline())).rejects.toMatchObject({
    code: 'BAD_TEMPLATE',
  })
})

test.each([
  ['no name', 'issue/web?ttl=90s', /\/issue\/web: the role wants a common name$/],
  ['another name', 'issue/web?common_name=else.where', /: the role does not allow this name$/],
  ['another one beside it', 'issue/web?common_name=app.local&uri_sans=a://b', /does not allow this name$/],
  ['a life too long', 'issue/web?common_name=app.local&ttl=40h', /: the certificate would outlive its auth/],
  [
    'a life that is none',
    'issue/web?common_name=app.local&ttl=long',
    /can't read .*\/issue\/web \(HTTP 400\)$/,
  ],
  ['another role', 'issue/nosuch?common_name=app.local', /issue\/nosuch does not exist in vault at/],
])('refused: %s', async (_, path, message) => {
  await expect(read(env, idOf(`${pki}/${path}`))).rejects.toMatchObject({
    code: message.source.includes('exist') ? 'NOT_FOUND' : 'BAD_CONFIG',
    message: expect.stringMatching(message),
  })
})

test('without a name the hint has one', async () => {
  await expect(read(env, idOf(`${pki}/issue/web`))).rejects.toMatchObject({
    code: 'BAD_TEMPLATE',
    details: { hint: `vault://${pki}/issue/web?common_name=NAME` },
  })
})

test('a policy that does not allow the write', async () => {
  const token = await vault.createToken(`path "${pki}/*" { capabilities = ["read"] }`)
  const reading = read({ ...env, VAULT_TOKEN: token }, idOf(`${pki}/issue/web?common_name=app.local`))
  await expect(reading).rejects.toMatchObject({
    code: 'DENIED',
    message: expect.stringMatching(/no policy of the token allows writing \S+\/issue\/web$/),
  })
})
