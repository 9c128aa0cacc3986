import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { createProvider } from '../../../src/providers/vault.ts'
import { createFolder } from '../../helpers/temporary-folder.ts'
import { startTunnel } from '../../lab/azure-double-tunnel.ts'
import { issue } from '../../lab/certificates.ts'
import { openLab, uniqueName } from '../../lab/index.ts'
import { failureOf } from '../contract/store.ts'
import { contextOf, idOf, openVault, read, rootEnv } from './store.ts'

const lab = openLab()
const vault = openVault()
const tls = () => ({ VAULT_ADDR: lab.openbaoTls.address, VAULT_TOKEN: lab.openbaoTls.rootToken })
const trusted = () => ({ ...tls(), VAULT_CACERT: lab.certificates.caFile })

test.each([
  ['a file', () => ({ VAULT_CACERT: lab.certificates.caFile })],
  ['its text', () => ({ VAULT_CACERT_BYTES: readFileSync(lab.certificates.caFile, 'utf8') })],
  [
    'one of two authorities',
    () => ({
      VAULT_CACERT_BYTES: [lab.certificates.otherCaFile, lab.certificates.caFile]
        .map(file => readFileSync(file, 'utf8'))
        .join('\n'),
    }),
  ],
  ['no check', () => ({ VAULT_SKIP_VERIFY: 'true' })],
  [
    'another name in the certificate',
    () => ({ VAULT_CACERT: lab.certificates.caFile, VAULT_TLS_SERVER_NAME: 'localhost' }),
  ],
])('TLS by an authority of its own: %s', async (_, more) => {
  expect(await read({ ...tls(), ...more() }, idOf('sys/health'))).toContain('"sealed":false')
})

test.each([
  ['an authority that nobody knows', () => ({})],
  ['another authority', () => ({ VAULT_CACERT: lab.certificates.otherCaFile })],
  [
    'a name that is not in the certificate',
    () => ({ VAULT_CACERT: lab.certificates.caFile, VAULT_TLS_SERVER_NAME: 'other.example' }),
  ],
])('TLS: %s', async (_, more) => {
  const failure = await failureOf(
    () => read({ ...tls(), ...more() }, idOf('sys/health')),
    [tls().VAULT_TOKEN],
  )
  expect(failure).toMatchObject({ code: 'BAD_CONFIG', details: { hint: 'VAULT_ADDR, VAULT_CACERT' } })
})

test('a proxy for Vault alone', async () => {
  const tunnel = await startTunnel(lab.openbaoTls.address)
  const env = { ...trusted(), VAULT_PROXY_ADDR: tunnel.address }
  try {
    expect(await read(env, idOf('sys/health'))).toContain('"sealed":false')
    expect([...tunnel.hosts]).toEqual([new URL(lab.openbaoTls.address).host])
  } finally {
    await tunnel.stop()
  }
  expect(await failureOf(() => read(env, idOf('sys/health')), [env.VAULT_TOKEN])).toMatchObject({
    code: 'UNAVAILABLE',
  })
})

test('HTTP to a TLS port', async () => {
  const env = { ...tls(), VAULT_ADDR: lab.openbaoTls.address.replace('https', 'http') }
  expect(await failureOf(() => read(env, idOf('sys/health')), [tls().VAULT_TOKEN])).toMatchObject({
    code: 'BAD_CONFIG',
    message: expect.stringMatching(/speaks TLS, but was asked without it$/),
  })
})

test('TLS to an HTTP port', async () => {
  const env = { ...rootEnv(vault), VAULT_ADDR: vault.address.replace('http', 'https') }
  const failure = await failureOf(() => read(env, idOf('sys/health')), [vault.rootToken])
  expect(failure.code).toBe('BAD_CONFIG')
})

test('a client certificate: asked for, shown, and good for a log-in', async () => {
  using folder = createFolder()
  const mutual = { ...trusted(), VAULT_ADDR: lab.openbaoTls.mutualAddress }
  await failureOf(() => read(mutual, idOf('sys/health')), [mutual.VAULT_TOKEN])
  const client = await issue(lab.openbao, 'client.example')
  const shown = {
    VAULT_CLIENT_CERT: folder.write('client.pem', client.certificate),
    VAULT_CLIENT_KEY: folder.write('client.key', client.private_key),
  }
  expect(await read({ ...mutual, ...shown }, idOf('sys/health'))).toContain('"sealed":false')
  const { VAULT_TOKEN: _, ...tokenless } = mutual
  const env = { ...tokenless, ...shown, VAULT_AUTH_METHOD: 'cert', VAULT_AUTH_MOUNT: await enableCert() }
  expect(await read(env, idOf('auth/token/lookup-self'))).toContain('"default"')
})

/** The lab's authority as what the log-in by certificate trusts. */
async function enableCert(): Promise<string> {
  const mount = uniqueName('cert')
  const certificate = readFileSync(lab.certificates.caFile, 'utf8')
  await callTls('POST', `sys/auth/${mount}`, { type: 'cert' })
  await callTls('POST', `auth/${mount}/certs/app`, { certificate, token_policies: 'default' })
  return mount
}

async function callTls(method: string, path: string, body: object): Promise<void> {
  const { Agent, fetch } = await import('undici')
  const dispatcher = new Agent({ connect: { ca: readFileSync(lab.certificates.caFile, 'utf8') } })
  const headers = { 'X-Vault-Token': lab.openbaoTls.rootToken }
  const response = await fetch(`${lab.openbaoTls.address}/v1/${path}`, {
    method,
    headers,
    body: JSON.stringify(body),
    dispatcher,
  })
  await dispatcher.close()
  if (!response.ok) throw new Error(`${path}: HTTP ${response.status}`)
}

test('warnings are said once, whatever the number of namespaces', async () => {
  const context = contextOf({ ...trusted(), VAULT_SKIP_VERIFY: 'true', VAULT_AUTH_NAMESPACE: 'root' })
  const providers = ['', 'a', 'b'].map(namespace => createProvider(namespace ? { namespace } : {}, context))
  expect(context.warnings).toEqual([
    `VAULT_SKIP_VERIFY: the certificate of ${lab.openbaoTls.address} is not checked`,
  ])
  await Promise.all(providers.map(provider => provider.close?.()))
})
