/** `render --watch` and what a Vault gives for a while: leases and certificates. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { ARTIFACTS } from '../helpers/secwrap.ts'
import { createProject, FAST, PAIR } from '../helpers/sidecar-project.ts'
import { addressOf, ask, startSidecar } from '../helpers/sidecar-run.ts'
import { createAuthority, createDatabase, openVault } from '../integration/vault/store.ts'

describe.each(ARTIFACTS)('$name', artifact => {
  test('a set with a certificate in it: another file changes, and the certificate stays', async () => {
    const direct = openVault()
    const mount = await createAuthority(direct)
    await using project = await createProject({ exported: 'static-one' })
    const { folder, env, path, put, proxy } = project
    const reference = `vault://${mount}/issue/web?common_name=app.local`
    folder.write('tls.template', `\${${reference}#certificate}\n\${${reference}#private_key}\n`)
    folder.write('plain.template', `\${vault://secret/${path}#exported}\n`)
    const pairs = ['tls.template:tls', 'plain.template:plain']
    const args = [...FAST, '--atomic-set', 'set', '--listen', '127.0.0.1:0', ...pairs]
    await using run = startSidecar({ artifact, cwd: folder.path, args, env })
    const address = await addressOf(run)
    const readSet = (name: string) => readFileSync(`${folder.path}/set/${name}`, 'utf8')
    await run.says(/written: set\/tls, set\/plain\n/)
    const first = readSet('tls')
    expect(first).toMatch(/^-----BEGIN CERTIFICATE-----/)
    await put({ exported: 'static-two' })
    await run.says(/written: set\/plain\n/)
    expect([readSet('tls') === first, readSet('plain')]).toEqual([true, 'static-two\n'])
    folder.write('set/tls', 'touched')
    await run.says(/written: set\/tls\n/)
    expect([readSet('tls') === first, /^-----BEGIN CERTIFICATE-----/.test(readSet('tls'))]).toEqual([
      false,
      true,
    ])
    const issued = proxy.requests.filter(request => request.path === `/v1/${mount}/issue/web`)
    expect(issued).toHaveLength(2)
    const [, metrics] = await ask(address, '/metrics')
    expect(metrics).toMatch(`_expiry_timestamp_seconds{secret="vault://${mount}/issue/web?common_name"} `)
    expect(metrics).not.toMatch('app.local')
  })

  test('a lease that no file came of is given back', async () => {
    const mount = await createDatabase(openVault())
    await using project = await createProject({ exported: 'value' })
    const { folder, env, proxy } = project
    folder.write('app.template', `\${vault://${mount}/creds/app#username} \${file://./missing}\n`)
    const before = proxy.requests.length
    await using run = startSidecar({ artifact, cwd: folder.path, args: [...FAST, PAIR], env })
    expect(await run.end).toEqual([66, null])
    const paths = proxy.requests.slice(before).map(({ path }) => path)
    expect(paths).toContain(`/v1/${mount}/creds/app`)
    expect(paths.indexOf('/v1/sys/leases/revoke')).toBeGreaterThan(paths.indexOf(`/v1/${mount}/creds/app`))
  })

  test('a lease is renewed, and read anew before it ends for good; another secret takes its file along', async () => {
    const direct = openVault()
    const mount = await createDatabase(direct)
    await direct.call('POST', `${mount}/roles/short`, {
      db_name: 'pg',
      default_ttl: '6s',
      max_ttl: '12s',
      creation_statements: `CREATE ROLE "{{name}}" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'`,
    })
    await using project = await createProject({ exported: 'static-one' })
    const { folder, env, path, read, put, proxy } = project
    const reference = `vault://${mount}/creds/short`
    folder.write('app.template', `\${${reference}#username}:\${${reference}#password}\n`)
    folder.write('both.template', `\${${reference}#username} \${vault://secret/${path}#exported}\n`)
    folder.write('plain.template', `\${vault://secret/${path}#exported}\n`)
    const pairs = [PAIR, 'both.template:out/both', 'plain.template:out/plain']
    const args = ['--interval', '0.5', '--debounce', '0.05', '--listen', '127.0.0.1:0', ...pairs]
    await using run = startSidecar({ artifact, cwd: folder.path, args, env })
    const address = await addressOf(run)
    await run.says(/written/)
    const begun = performance.now()
    const [first = ''] = read().split(':')
    const count = (of: string) => proxy.requests.filter(request => request.path === of).length
    const users = () => count(`/v1/${mount}/creds/short`)
    expect((await ask(address, '/metrics'))[1]).toMatch(
      `secwrap_secret_expiry_timestamp_seconds{secret="${reference}"} `,
    )
    await run.says(/info: written: out\/app\.conf, out\/both\n/, 15_000)
    const [second = ''] = read().split(':')
    expect(second).not.toBe(first)
    expect(users()).toBe(2)
    expect(count('/v1/sys/leases/renew')).toBeGreaterThan(0)
    // Longer than one lease, and not as long as the longest life: so it was renewed, and read anew in time.
    expect(performance.now() - begun).toBeGreaterThan(6_000)
    expect(performance.now() - begun).toBeLessThan(12_000)
    await put({ exported: 'static-two' })
    await run.says(/info: written: out\/app\.conf, out\/both, out\/plain\n/)
    const [third = ''] = read().split(':')
    expect(readFileSync(`${folder.path}/out/both`, 'utf8')).toBe(`${third} static-two\n`)
    expect([third === second, users()]).toEqual([false, 3])
  }, 30_000)
})
