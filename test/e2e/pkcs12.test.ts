/** `|pkcs12`: a certificate and its key out of a store become the one file that Java and Node take. */
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, statSync, utimesSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { connect, createSecureContext, createServer } from 'node:tls'
import { describe, expect, test } from '@jest/globals'
import { startHttpProxy } from '../helpers/http-proxy.ts'
import { findLeaks } from '../helpers/leaks.ts'
import { findProgram, testWith } from '../helpers/needs.ts'
import { ARTIFACTS, COMPILED, PACKAGE, type RunOptions, run, secwrap } from '../helpers/secwrap.ts'
import { startSidecar } from '../helpers/sidecar-run.ts'
import { createFolder, type Folder } from '../helpers/temporary-folder.ts'
import { createAuthority, openVault } from '../integration/vault/store.ts'
import { type Issued, issue } from '../lab/certificates.ts'

const PASSWORD = 'planted-keystore-password'
const PAIR = 'web.p12.template:web.p12'
const WITH_PASSWORD = ['--pkcs12-password', 'file://./password']

/** A folder with a certificate of the lab's authority, and its key, as a secret of several fields. */
async function createProject(written = '${file://./web.json|pkcs12}'): Promise<Folder & { issued: Issued }> {
  const issued = await issue(openVault(), 'app.local')
  const folder = createFolder()
  folder.write('web.json', JSON.stringify(issued))
  folder.write('password', PASSWORD)
  folder.write('web.p12.template', written)
  return { ...folder, issued }
}

/** Runs `render`, and sees to it that nothing it says has the key or the password in it. */
async function render(args: readonly string[], options: RunOptions & { cwd: string }) {
  const result = await secwrap(['render', '--log-level', 'info', ...args], options)
  expect(findSecrets(options.cwd, result.stdout + result.stderr)).toEqual([])
  return result
}

function findSecrets(folder: string, output: string): readonly string[] {
  const { private_key } = JSON.parse(readFileSync(`${folder}/web.json`, 'utf8')) as Issued
  const [line = ''] = private_key.split('\n').filter(each => each.length === 64)
  return findLeaks([PASSWORD, private_key, line], output)
}

const read = (folder: Folder, name = 'web.p12') => readFileSync(`${folder.path}/${name}`)

/** The certificates that a server shows which has nothing but the file, to a client that trusts this authority only. */
async function shakeHands(pfx: Buffer, passphrase: string, ca: string): Promise<readonly X509Certificate[]> {
  const server = createServer({ pfx, passphrase }, socket => socket.end())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const client = connect({ host: '127.0.0.1', port, ca, servername: 'app.local' })
  await once(client, 'secureConnect')
  const shown = client.getPeerX509Certificate()
  client.destroy()
  server.close()
  return [shown, shown?.issuerCertificate].filter(each => each !== undefined)
}

describe.each(ARTIFACTS)('$name', artifact => {
  test('a certificate that Vault makes for this run serves TLS, under a password of Vault’s', async () => {
    const vault = openVault()
    const [pki, kv] = [await createAuthority(vault), await vault.mount('kv', 'kv', { version: '2' })]
    await vault.call('POST', `${kv}/data/keystore`, { data: { password: PASSWORD } })
    await using proxy = await startHttpProxy(vault.address)
    using folder = createFolder()
    const certificate = `vault://${pki}/issue/web?common_name=app.local&ttl=1h`
    folder.write('web.p12.template', `\${${certificate}|pkcs12}`)
    folder.write('web.pem.template', `\${${certificate}#certificate}\n\${${certificate}#issuing_ca}\n`)
    const { stdout, stderr, exitCode } = await secwrap(
      ['render', PAIR, 'web.pem.template:web.pem', '--pkcs12-password', `vault://${kv}/keystore#password`],
      { artifact, cwd: folder.path, env: { VAULT_ADDR: proxy.address, VAULT_TOKEN: vault.rootToken } },
    )
    expect([stdout, stderr, exitCode]).toEqual(['', '', 0])
    const [own = '', ca = ''] = String(read(folder, 'web.pem')).split(/(?<=END CERTIFICATE-----\n)/)
    const shown = await shakeHands(read(folder), PASSWORD, ca)
    expect(shown.map(each => each.fingerprint256)).toEqual(
      [own, ca].map(pem => new X509Certificate(pem).fingerprint256),
    )
    expect(() => createSecureContext({ pfx: read(folder), passphrase: '' })).toThrow(/mac verify failure/i)
    const asked = proxy.requests.filter(
      ({ path }) => /\/(issue|data)\//.test(path) && !path.startsWith('/v1/sys/'),
    )
    expect(asked.map(({ path }) => path).sort()).toEqual([`/v1/${kv}/data/keystore`, `/v1/${pki}/issue/web`])
  })

  test('it is left alone while certificate, key and password stay', async () => {
    using folder = await createProject()
    const [out, at] = [`${folder.path}/web.p12`, new Date(1_000_000_000_000)]
    const options = { artifact, cwd: folder.path }
    const args = [...WITH_PASSWORD, PAIR]
    expect((await render(args, options)).stderr).toContain('info: web.p12 is written')
    utimesSync(out, at, at)
    const { ino } = statSync(out)
    expect(await render(args, options)).toMatchObject({ stdout: '', stderr: '', exitCode: 0 })
    expect([statSync(out).mtimeMs, statSync(out).ino]).toEqual([at.getTime(), ino])
    expect(await render(['--check', ...args], options)).toMatchObject({ stdout: '', exitCode: 0 })
    folder.write('password', `${PASSWORD}2`)
    expect(await render(['--check', ...args], options)).toMatchObject({ stdout: 'web.p12\n', exitCode: 1 })
    expect(statSync(out).mtimeMs).toBe(at.getTime())
    expect((await render(args, options)).stderr).toContain('info: web.p12 is written')
    createSecureContext({ pfx: read(folder), passphrase: `${PASSWORD}2` })
  })

  test('key and certificate come from two secrets', async () => {
    using folder = await createProject('${file://./tls.key file://./tls.crt|pkcs12}')
    folder.write('tls.key', folder.issued.private_key)
    folder.write('tls.crt', folder.issued.certificate)
    expect((await render([PAIR], { artifact, cwd: folder.path })).exitCode).toBe(0)
    const shown = await shakeHands(read(folder), '', folder.issued.issuing_ca)
    expect(shown[0]?.raw.equals(new X509Certificate(folder.issued.certificate).raw)).toBe(true)
  })

  test('in base64 it is part of a text', async () => {
    using folder = await createProject('keystore: ${file://./web.json|pkcs12|base64}\n')
    expect((await render([PAIR], { artifact, cwd: folder.path })).exitCode).toBe(0)
    const [, base64 = ''] = /^keystore: (\S+)\n$/.exec(String(read(folder))) ?? []
    createSecureContext({ pfx: Buffer.from(base64, 'base64'), passphrase: '' })
  })

  test.each([
    // name, source, arguments, the error
    [
      'the password itself',
      undefined,
      ['--pkcs12-password', PASSWORD],
      '--pkcs12-password takes a reference, as everybody sees arguments in ps [BAD_USAGE]',
    ],
    [
      'a reference that is none',
      undefined,
      ['--pkcs12-password', 'file://'],
      '--pkcs12-password: the path begins with neither / nor ./ [BAD_TEMPLATE]',
    ],
    [
      'a password that is missing',
      undefined,
      ['--pkcs12-password', 'file://./none?optional'],
      '--pkcs12-password: file://./none?optional does not exist or is empty [NOT_FOUND]',
    ],
    [
      'an empty password',
      undefined,
      ['--pkcs12-password', 'file://./empty'],
      '--pkcs12-password: file://./empty does not exist or is empty [NOT_FOUND]',
    ],
    [
      'a password that not all read',
      undefined,
      ['--pkcs12-password', 'file://./umlaut'],
      '--pkcs12-password: the password has characters that not every reader of PKCS#12 takes [BAD_VALUE]',
    ],
    [
      'a password for nothing',
      '${file://./web.json}',
      WITH_PASSWORD,
      '--pkcs12-password: no source has the filter pkcs12, which takes it [BAD_USAGE]',
    ],
    [
      'no key',
      '${file://./web.json#certificate|pkcs12}',
      WITH_PASSWORD,
      'web.p12.template:1: pkcs12: there is no private key in PEM [BAD_VALUE]',
    ],
    [
      'no certificate',
      '\n${file://./web.json#private_key|pkcs12}',
      [],
      'web.p12.template:2: pkcs12: there is no certificate in PEM [BAD_VALUE]',
    ],
    [
      'bytes',
      '${file://./web.json|pkcs12|pkcs12}',
      [],
      'web.p12.template:1: pkcs12: the decoded value is not UTF-8 text [BAD_VALUE]',
    ],
  ])('%s is an error, and nothing is written', async (_, written, args, message) => {
    using folder = await createProject(written)
    folder.write('empty', '')
    folder.write('umlaut', 'pässword')
    const { stderr, exitCode } = await render([...args, PAIR], { artifact, cwd: folder.path })
    expect(stderr.split('\n')[0]).toBe(`secwrap: error: ${message}`)
    expect([exitCode !== 0, folder.has('web.p12')]).toEqual([true, false])
  })

  test('render --watch: the next certificate, and another password, make it anew; looks do not', async () => {
    const vault = openVault()
    const pki = await createAuthority(vault)
    await using proxy = await startHttpProxy(vault.address)
    using folder = createFolder()
    folder.write('password', PASSWORD)
    folder.write('web.p12.template', `\${vault://${pki}/issue/web?common_name=app.local&ttl=9s|pkcs12}`)
    await using sidecar = startSidecar({
      artifact,
      cwd: folder.path,
      args: ['--interval', '0.5', '--debounce', '0', ...WITH_PASSWORD, PAIR],
      env: { VAULT_ADDR: proxy.address, VAULT_TOKEN: vault.rootToken },
    })
    const issues = () => proxy.requests.filter(({ path }) => path === `/v1/${pki}/issue/web`).length
    await sidecar.says(/info: written: web.p12\n/)
    const first = read(folder)
    const begun = performance.now()
    await sidecar.says(/info: written: web.p12\n/)
    expect(performance.now() - begun).toBeGreaterThan(4_000) // not before a third of its life is left
    const second = read(folder)
    expect([second.equals(first), issues()]).toEqual([false, 2])
    folder.write('password', `${PASSWORD}2`)
    await sidecar.says(/info: written: web.p12\n/)
    for (const pfx of [first, second]) createSecureContext({ pfx, passphrase: PASSWORD })
    createSecureContext({ pfx: read(folder), passphrase: `${PASSWORD}2` })
    expect(findLeaks([PASSWORD, vault.rootToken], sidecar.output())).toEqual([])
    expect(sidecar.output()).not.toMatch(/secwrap: (warn|error)|PRIVATE KEY/)
  }, 40_000)
})

test('both programs make the same bytes', async () => {
  using folder = await createProject()
  const files: Buffer[] = []
  for (const artifact of [COMPILED, PACKAGE]) {
    await render([...WITH_PASSWORD, PAIR], { artifact, cwd: folder.path })
    files.push(read(folder))
  }
  expect(files[0]?.equals(files[1] as Buffer)).toBe(true)
})

test('no variable takes it, not even in base64', async () => {
  using folder = await createProject()
  folder.write('.env.template', 'A=${file://./web.json|pkcs12|base64}\nB=x\nC=${B|pkcs12}\n')
  const { stderr, exitCode } = await secwrap(['exec', '--', 'true'], { cwd: folder.path })
  const fact = 'the filter pkcs12 makes a file, which no variable can hold [BAD_TEMPLATE]'
  expect(stderr.split('\n').slice(0, 3)).toEqual([
    `secwrap: error: .env.template:1: A: ${fact}`,
    `secwrap: error: .env.template:3: C: ${fact}`,
    'secwrap: hint: secwrap render web.p12.template:/run/web.p12',
  ])
  expect([exitCode, findSecrets(folder.path, stderr)]).toEqual([65, []])
})

testWith(findProgram('openssl') !== undefined, 'openssl')('OpenSSL reads it', async () => {
  using folder = await createProject()
  await render([...WITH_PASSWORD, PAIR], { cwd: folder.path })
  const argv = ['openssl', 'pkcs12', '-in', 'web.p12', '-info', '-nodes', '-passin', 'file:password']
  const { stdout, stderr, exitCode } = await run(argv, { cwd: folder.path })
  expect(exitCode).toBe(0)
  expect(stdout.match(/friendlyName: app\.local$/gm)).toHaveLength(2) // of the key and its certificate
  expect(stdout.match(/BEGIN (PRIVATE KEY|CERTIFICATE)/g)).toHaveLength(3) // and its authority's
  expect(stderr).toContain('MAC: sha256, Iteration 10000')
  expect(stderr.match(/PBES2, PBKDF2, AES-256-CBC, Iteration 10000, PRF hmacWithSHA256/g)).toHaveLength(2)
})

testWith(findProgram('keytool') !== undefined, 'keytool')('Java lists it by its common name', async () => {
  using folder = await createProject()
  await render([...WITH_PASSWORD, PAIR], { cwd: folder.path })
  const list = (password: string) =>
    run(['keytool', '-list', '-v', '-keystore', 'web.p12', '-storepass', password], { cwd: folder.path })
  const { stdout, exitCode } = await list(PASSWORD)
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining('Alias name: app.local\n')])
  expect(stdout).toContain('Entry type: PrivateKeyEntry\nCertificate chain length: 2\n')
  expect((await list('another')).exitCode).toBe(1)
})
