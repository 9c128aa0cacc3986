/** Certificates that Vault makes for some seconds: one for each start of a command, and one after the other in files. */
import { X509Certificate } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { startHttpProxy } from '../helpers/http-proxy.ts'
import { startTlsLoad } from '../helpers/load.ts'
import { ARTIFACTS, BARE_ENVIRONMENT } from '../helpers/secwrap.ts'
import { startSidecar } from '../helpers/sidecar-run.ts'
import { createFolder } from '../helpers/temporary-folder.ts'
import { startProgram, startWatch, type WatchedRun } from '../helpers/watched-run.ts'
import { createAuthority, openVault, type Vault } from '../integration/vault/store.ts'

describe.each(ARTIFACTS)('$name', artifact => {
  test('under exec --watch there is another one in time, and looks make none', async () => {
    const vault = openVault()
    const pki = await createAuthority(vault)
    await using proxy = await startHttpProxy(vault.address)
    using folder = createFolder()
    const reference = `vault://${pki}/issue/web?common_name=app.local&ttl=9s`
    folder.write('.env.template', `CERT=${reference}#certificate\nKEY=${reference}#private_key\n`)
    await using run = startWatch({
      artifact,
      cwd: folder.path,
      env: { VAULT_ADDR: proxy.address, VAULT_TOKEN: vault.rootToken },
      flags: ['--interval', '0.5', '--log-level', 'info'],
      command: ['sh', '-c', 'echo "$CERT"; echo "$KEY"; exec sleep 60'],
    })
    const begun = performance.now()
    const first = await nextCertificate(run)
    await run.says(/leases end: vault:/)
    expect(performance.now() - begun).toBeGreaterThan(5_000) // not before a third of its life is left
    const second = await nextCertificate(run)
    expect(second.serialNumber).not.toBe(first.serialNumber)
    expect(proxy.requests.filter(({ path }) => path === `/v1/${pki}/issue/web`)).toHaveLength(2)
  })

  test('in files there is another one in time, the server takes it, and no client is turned away', async () => {
    const vault = openVault()
    const namespace = await vault.createNamespace()
    const ca = await createAuthorityIn(vault, namespace)
    using folder = createFolder()
    const example = `${import.meta.dirname}/../../examples/certificates`
    const pairs = ['crt', 'key'].map(end => `${example}/tls.${end}.template:tls.${end}`)
    const [tls, pid] = [`${folder.path}/tls`, `${folder.path}/server.pid`]
    await using sidecar = startSidecar({
      artifact,
      cwd: folder.path,
      args: ['--interval', '1', '--signal', 'HUP', '--pid-file', pid, '--atomic-set', tls, ...pairs],
      env: {
        VAULT_ADDR: vault.address,
        VAULT_TOKEN: vault.rootToken,
        VAULT_NAMESPACE: namespace,
        TLS_TTL: '9s',
      },
    })
    await sidecar.says(/written: .*tls\.key\n/)
    const env = { ...BARE_ENVIRONMENT, TLS_FOLDER: tls, PID_FILE: pid, PORT: '0' }
    await using server = startProgram(['node', `${example}/server.js`], folder.path, env)
    const [, port] = await server.says(/listening on (\d+)/)
    const load = startTlsLoad(Number(port), { ca, servername: 'app.local' }, 50)
    await server.says(/another certificate(?:.|\n)*another certificate/, 60_000)
    while (load.serials.size < 3) await new Promise(done => setTimeout(done, 50))
    await load.stop()
    expect(load.failures).toEqual([])
    expect(sidecar.output()).not.toMatch(/secwrap: (warn|error)/)
  }, 90_000)
})

async function nextCertificate(run: WatchedRun): Promise<X509Certificate> {
  const [pem] = await run.says(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n/)
  await run.says(/-----END EC PRIVATE KEY-----\n/)
  return new X509Certificate(pem)
}

async function createAuthorityIn(vault: Vault, namespace: string): Promise<string> {
  const put = (path: string, body: object) => vault.call('POST', path, body, namespace)
  const key = { key_type: 'ec', key_bits: 256 }
  await put('sys/mounts/pki', { type: 'pki' })
  const root = await put('pki/root/generate/internal', { common_name: 'the authority', ttl: '30h', ...key })
  await put('pki/roles/web', { allowed_domains: 'app.local', allow_bare_domains: true, ...key })
  return (root.data as { certificate: string }).certificate
}
