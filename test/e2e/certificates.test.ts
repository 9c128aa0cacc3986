/** Certificates that Vault makes for some seconds: one for each start of a command, and one after the other in files. */
import { X509Certificate } from 'node:crypto'
import { cpSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { startHttpProxy } from '../helpers/http-proxy.ts'
import { startTlsLoad, type TlsLoad } from '../helpers/load.ts'
import { ARTIFACTS, type Artifact, BARE_ENVIRONMENT } from '../helpers/secwrap.ts'
import { startSidecar } from '../helpers/sidecar-run.ts'
import { createFolder } from '../helpers/temporary-folder.ts'
import { startProgram, startWatch, type WatchedRun, waitFor } from '../helpers/watched-run.ts'
import { createAuthority, openVault } from '../integration/vault/store.ts'

const EXAMPLE = `${import.meta.dirname}/../../examples/certificates`
const PAIRS = ['tls.crt.template:tls.crt', 'tls.key.template:tls.key']
const LIFE = '12s' // of which a third has to be enough for the next one, on a busy machine too
const MANY_A_SECOND = 50 // milliseconds

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

  test('a server takes one after the other from files, and its clients meet no error', async () => {
    await using example = await startExample(artifact, ['--signal', 'HUP', '--pid-file', 'server.pid'])
    await waitFor(() => example.load.serials.size >= 3, 30_000)
    await example.load.stop()
    expect(example.load.failures).toEqual([])
    expect(example.load.sent).toBeGreaterThan(example.load.serials.size)
    expect(example.sidecar.output()).not.toMatch(/secwrap: (warn|error)|PRIVATE KEY/)
  }, 60_000)
})

test('where nobody tells the server, its clients meet a certificate that has ended', async () => {
  await using example = await startExample(ARTIFACTS[0], [])
  await waitFor(() => example.load.failures.length > 0, 30_000)
  await example.load.stop()
  expect([...new Set(example.load.failures)]).toEqual(['CERT_HAS_EXPIRED'])
  expect(example.load.serials.size).toBe(1)
}, 60_000)

interface Example extends AsyncDisposable {
  readonly sidecar: WatchedRun
  readonly load: TlsLoad
}

/** The files of the example, with an authority of their own, and clients that trust nothing else. */
async function startExample(artifact: Artifact, flags: readonly string[]): Promise<Example> {
  const vault = openVault()
  const namespace = await vault.createNamespace()
  const put = (path: string, body: object) => vault.call('POST', path, body, namespace)
  await put('sys/mounts/pki', { type: 'pki' })
  const key = { key_type: 'ec', key_bits: 256 }
  const root = await put('pki/root/generate/internal', { common_name: 'the authority', ttl: '30h', ...key })
  await put('pki/roles/web', { allowed_domains: 'app.local', allow_bare_domains: true, ttl: '1h', ...key })
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(createFolder())
  cpSync(EXAMPLE, folder.path, { recursive: true })
  const sidecar = stack.use(
    startSidecar({
      artifact,
      cwd: folder.path,
      args: ['--interval', '600', '--debounce', '0', ...flags, '--atomic-set', 'tls', ...PAIRS],
      env: {
        VAULT_ADDR: vault.address,
        VAULT_TOKEN: vault.rootToken,
        VAULT_NAMESPACE: namespace,
        TLS_TTL: LIFE,
      },
    }),
  )
  await sidecar.says(/written: tls/)
  const env = { ...BARE_ENVIRONMENT, TLS_FOLDER: 'tls', PID_FILE: 'server.pid', PORT: '0' }
  const server = stack.use(startProgram(['node', 'server.js'], folder.path, env))
  const [, port] = await server.says(/listening on (\d+)/)
  const ca = authorityOf(root)
  const load = startTlsLoad(Number(port), { ca, servername: 'app.local' }, MANY_A_SECOND)
  stack.defer(() => load.stop())
  const whole = stack.move()
  return { sidecar, load, [Symbol.asyncDispose]: () => whole.disposeAsync() }
}

function authorityOf(answer: unknown): string {
  return (answer as { data: { certificate: string } }).data.certificate
}

async function nextCertificate(run: WatchedRun): Promise<X509Certificate> {
  const [pem] = await run.says(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n/)
  await run.says(/-----END EC PRIVATE KEY-----\n/)
  return new X509Certificate(pem)
}
