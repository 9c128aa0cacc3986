/** `render` with real stores: binary secrets, PEM bundles, PKCS#12, users of a database; each secret read once. */
import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { startHttpProxy } from '../helpers/http-proxy.ts'
import { findLeaks } from '../helpers/leaks.ts'
import { findProgram, testWith } from '../helpers/needs.ts'
import { ARTIFACTS, run, secwrap } from '../helpers/secwrap.ts'
import { createFolder } from '../helpers/temporary-folder.ts'
import { VERB_STORES, type VerbStore } from '../helpers/verb-stores.ts'
import { createDatabase, openVault } from '../integration/vault/store.ts'
import { issue, PKI } from '../lab/certificates.ts'

describe.each(Object.keys(VERB_STORES))('%s', name => {
  let store: VerbStore
  beforeAll(async () => {
    store = (await VERB_STORES[name]?.()) as VerbStore
  })
  afterAll(() => store.stop())

  test('a binary secret comes out byte for byte', async () => {
    const bytes = Buffer.concat([Buffer.from([0xff, 0xfe, 0, 0x0d, 0x0a]), randomBytes(2_048)])
    const ref = store.ref('binary')
    const input = bytes.toString('base64')
    const { exitCode: written } = await secwrap(['set', ref], { env: store.env, input })
    expect(written).toBe(0)
    for (const artifact of ARTIFACTS) {
      using folder = createFolder()
      folder.write('source', `\${${ref}|base64decode}`)
      const options = { artifact, cwd: folder.path, env: store.env }
      const { stderr, exitCode } = await secwrap(['render', 'source:out'], options)
      expect([stderr, exitCode, readFileSync(`${folder.path}/out`).equals(bytes)]).toEqual(['', 0, true])
    }
  })
})

test('a PEM bundle of one secret, and a user of a database, are each read once', async () => {
  const vault = openVault()
  const [kv, database] = [await vault.mount('kv', 'kv', { version: '2' }), await createDatabase(vault)]
  const issued = await issue(vault, 'render.example')
  await vault.call('POST', `${kv}/data/web`, { data: issued })
  await using proxy = await startHttpProxy(vault.address)
  using folder = createFolder()
  const [tls, user] = [`vault://${kv}/web`, `vault://${database}/creds/app`]
  folder.write('in/bundle.pem.tmpl', `\${${tls}#certificate}\n\${${tls}#private_key}\n`)
  folder.write('in/key.pem.tmpl', `\${${tls}#private_key}\n`)
  folder.write('in/pgpass.tmpl', `*:*:*:\${${user}#username}:\${${user}#password}\n`)
  folder.write('in/user.tmpl', `\${${user}#username}`)
  const env = { VAULT_ADDR: proxy.address, VAULT_TOKEN: vault.rootToken }
  const { stdout, stderr, exitCode } = await secwrap(['render', 'in:out'], { cwd: folder.path, env })
  expect([stdout, stderr, exitCode]).toEqual(['', '', 0])
  const read = (name: string) => readFileSync(`${folder.path}/out/${name}`, 'utf8')
  const bundle = read('bundle.pem')
  expect(new X509Certificate(bundle).checkPrivateKey(createPrivateKey(read('key.pem')))).toBe(true)
  createSecureContext({ cert: bundle, key: bundle })
  expect(read('pgpass').split(':')[3]).toBe(read('user'))
  const count = (path: string) => proxy.requests.filter(request => request.path === `/v1/${path}`).length
  expect([count(`${kv}/data/web`), count(`${database}/creds/app`)]).toEqual([1, 1])
  expect(findLeaks([issued.private_key, vault.rootToken], stdout + stderr)).toEqual([])
})

test('a bundle of a certificate that is made for this run is one certificate, in all files', async () => {
  const vault = openVault()
  await using proxy = await startHttpProxy(vault.address)
  using folder = createFolder()
  const reference = `vault://${PKI}/issue/lab?common_name=bundle.example&ttl=1h`
  folder.write('in/bundle.pem.tmpl', `\${${reference}#certificate}\n\${${reference}#private_key}\n`)
  folder.write('in/key.pem.tmpl', `\${${reference}#private_key}\n`)
  const env = { VAULT_ADDR: proxy.address, VAULT_TOKEN: vault.rootToken }
  const args = ['render', '--atomic-set', 'out', 'in:.']
  const { stderr, exitCode } = await secwrap(args, { cwd: folder.path, env })
  expect([stderr, exitCode]).toEqual(['', 0])
  const [bundle, key] = ['bundle.pem', 'key.pem'].map(name =>
    readFileSync(`${folder.path}/out/${name}`, 'utf8'),
  )
  expect(new X509Certificate(bundle ?? '').checkPrivateKey(createPrivateKey(key ?? ''))).toBe(true)
  expect(proxy.requests.filter(({ path }) => path.startsWith(`/v1/${PKI}/issue/`))).toHaveLength(1)
})

testWith(findProgram('openssl') !== undefined, 'openssl')(
  'a PKCS#12 of a key vault is the file it was',
  async () => {
    const vault = openVault()
    const store = (await VERB_STORES.azurekv?.()) as VerbStore
    const { certificate, private_key } = await issue(vault, 'pkcs12.example')
    using folder = createFolder()
    folder.write('pem', `${certificate}\n${private_key}\n`)
    const argv = ['openssl', 'pkcs12', '-export', '-in', 'pem', '-out', 'pfx', '-passout', 'pass:']
    expect((await run(argv, { cwd: folder.path })).exitCode).toBe(0)
    const pfx = readFileSync(`${folder.path}/pfx`)
    // As Key Vault gives a certificate with its key.
    const ref = store.ref('certificate')
    await secwrap(['set', ref], { env: store.env, input: pfx.toString('base64') })
    folder.write('tls.pfx.tmpl', `\${${ref}|base64decode}`)
    const { stderr, exitCode } = await secwrap(['render', 'tls.pfx.tmpl:tls.pfx'], {
      cwd: folder.path,
      env: store.env,
    })
    await store.stop()
    expect([stderr, exitCode, readFileSync(`${folder.path}/tls.pfx`).equals(pfx)]).toEqual(['', 0, true])
    createSecureContext({ pfx: readFileSync(`${folder.path}/tls.pfx`), passphrase: '' })
  },
)
