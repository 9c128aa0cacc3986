/** `render --watch` against a real Vault: its faults, what is served meanwhile, and that what stays holds no value. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Fault, type HttpProxy, startHttpProxy } from '../helpers/http-proxy.ts'
import { findLeaks } from '../helpers/leaks.ts'
import { findInMemory } from '../helpers/memory.ts'
import { ARTIFACTS } from '../helpers/secwrap.ts'
import { addressOf, ask, startSidecar, waitForStatus } from '../helpers/sidecar-run.ts'
import { createFolder, type Folder } from '../helpers/temporary-folder.ts'
import { childrenOf, isAlive, waitFor } from '../helpers/watched-run.ts'
import { createAuthority, createDatabase, openVault } from '../integration/vault/store.ts'
import { callOpenBao, openLab, uniqueName } from '../lab/index.ts'

const lab = openLab()
const FAST = ['--interval', '0.2', '--debounce', '0.05']
const PAIR = 'app.template:out/app.conf'
const AWAY: Fault = { kind: 'answer', status: 503, body: '{"errors":["Vault is sealed"]}' }

let vault: HttpProxy
beforeAll(async () => {
  vault = await startHttpProxy(lab.openbao.address)
})
afterAll(() => vault.stop())

function createValue(): string {
  return randomBytes(18).toString('hex')
}

interface Project {
  readonly folder: Folder
  readonly path: string // in Vault
  readonly env: Readonly<Record<'VAULT_ADDR' | 'VAULT_TOKEN', string>>
  put(data: object): Promise<void>
  read(): string
}

/** A secret of its own in Vault, a source that reads it, and an environment with a token. */
async function createProject(data: object): Promise<Project> {
  vault.fault = () => undefined
  const path = uniqueName('sidecar')
  const put = async (next: object) => {
    await callOpenBao(lab.openbao, 'POST', `secret/data/${path}`, { data: next })
  }
  await put(data)
  const folder = createFolder()
  folder.write('app.template', `key = "\${vault://secret/${path}#exported}"\n`)
  const created = await callOpenBao(lab.openbao, 'POST', 'auth/token/create', {})
  const { client_token } = created.auth as { client_token: string }
  const env = { VAULT_ADDR: vault.address, VAULT_TOKEN: client_token }
  return { folder, path, env, put, read: () => readFileSync(`${folder.path}/out/app.conf`, 'utf8') }
}

/** Waits until the store was asked so many times more. */
async function requests(count: number): Promise<void> {
  const enough = vault.requests.length + count
  await waitFor(() => vault.requests.length >= enough)
}

const FAULTS: readonly [string, () => Fault][] = [
  ['it is sealed', () => AWAY],
  ['it refuses', () => ({ kind: 'answer', status: 403, body: '{"errors":["permission denied"]}' })],
  ['it throttles', () => ({ kind: 'answer', status: 429, body: '{"errors":["request path quota"]}' })],
  ['its answer is no JSON', () => ({ kind: 'answer', status: 200, body: '<html>' })],
  ['its answer is cut off', () => ({ kind: 'cut' })],
  ['it says nothing', () => ({ kind: 'hang' })],
]

describe.each(ARTIFACTS)('$name', artifact => {
  test.each(FAULTS)('the store is in trouble: %s', async (_, fault) => {
    const [first, second] = [createValue(), createValue()]
    const { folder, env, put, read } = await createProject({ exported: first })
    using _folder = folder
    const args = [...FAST, '--timeout', '1', '--listen', '127.0.0.1:0', PAIR]
    await using run = startSidecar({ artifact, cwd: folder.path, args, env })
    const address = await addressOf(run)
    await run.says(/written/)
    vault.fault = fault
    await run.says(/secwrap: warn: .*: since \S+Z the files stay as they are\n/)
    expect(read()).toBe(`key = "${first}"\n`)
    expect(await ask(address, '/readyz')).toEqual([200, 'ok\n'])
    expect((await ask(address, '/metrics'))[1]).toMatch(/looks_total\{result="failed"\} [1-9]/)
    await put({ exported: second })
    vault.fault = () => undefined
    await run.says(/secwrap: warn: the files are current again, after [\d.]+ s\n/)
    expect(read()).toBe(`key = "${second}"\n`)
    expect(findLeaks([first, second, env.VAULT_TOKEN], run.output())).toEqual([])
  })

  test('away at the start: the error and its exit code; with --wait not ready until it is back', async () => {
    const { folder, env, read } = await createProject({ exported: 'value' })
    using _folder = folder
    const nowhere = { ...env, VAULT_ADDR: 'http://127.0.0.1:1' }
    await using ending = startSidecar({ artifact, cwd: folder.path, args: [...FAST, PAIR], env: nowhere })
    expect(await ending.end).toEqual([69, null])
    expect(ending.output()).toMatch(/secwrap: error: app\.template:1: .* \[UNAVAILABLE\]\n/)
    vault.fault = () => AWAY
    const args = [...FAST, '--timeout', '1', '--wait', '--listen', '127.0.0.1:0', PAIR]
    await using run = startSidecar({ artifact, cwd: folder.path, args, env })
    const address = await addressOf(run)
    await run.says(/warn: .*: since \S+Z there are no files yet\n/)
    expect([await ask(address, '/readyz'), await ask(address, '/healthz')]).toEqual([
      [503, 'not ready\n'],
      [200, 'ok\n'],
    ])
    vault.fault = () => undefined
    await waitForStatus(address, '/readyz', 200)
    expect(read()).toBe('key = "value"\n')
  })

  test('--stale-after: not ready while the store is away for longer', async () => {
    const { folder, env } = await createProject({ exported: 'value' })
    using _folder = folder
    const args = [...FAST, '--timeout', '1', '--stale-after', '1', '--listen', '127.0.0.1:0', PAIR]
    await using run = startSidecar({ artifact, cwd: folder.path, args, env })
    const address = await addressOf(run)
    await waitForStatus(address, '/readyz', 200)
    vault.fault = () => AWAY
    await waitForStatus(address, '/readyz', 503)
    vault.fault = () => undefined
    await waitForStatus(address, '/readyz', 200)
  })

  test('SIGTERM while a look waits for the store: nothing is left of it', async () => {
    const { folder, env } = await createProject({ exported: 'value' })
    using _folder = folder
    vault.fault = () => ({ kind: 'hang' })
    await using run = startSidecar({ artifact, cwd: folder.path, args: [...FAST, PAIR], env })
    await requests(1)
    const [look = 0] = childrenOf(run.pid)
    run.child.kill('SIGTERM')
    expect(await run.end).toEqual([0, null])
    expect(isAlive(look)).toBe(false)
    expect(readdirSync(folder.path)).toEqual(['app.template'])
  })

  test('a look that is killed is made again', async () => {
    const { folder, env, put, read } = await createProject({ exported: 'one' })
    using _folder = folder
    await using run = startSidecar({ artifact, cwd: folder.path, args: [...FAST, PAIR], env })
    await run.says(/written/)
    vault.fault = () => ({ kind: 'hang' })
    await requests(1)
    for (const look of childrenOf(run.pid)) process.kill(look, 'SIGKILL')
    await run.says(/warn: the look ended too soon: since/)
    vault.fault = () => undefined
    await put({ exported: 'two' })
    await run.says(/current again/)
    expect(read()).toBe('key = "two"\n')
  })

  test('what is served holds no value, and no client can stop it', async () => {
    const first = createValue()
    const { folder, path, env } = await createProject({ exported: first })
    using _folder = folder
    const args = [...FAST, '--listen', `unix:${folder.path}/sock`, PAIR]
    await using run = startSidecar({ artifact, cwd: folder.path, args, env })
    const address = await addressOf(run)
    await waitForStatus(address, '/readyz', 200)
    const clients = Array.from({ length: 40 }, () => connect(`${folder.path}/sock`))
    await Promise.all(clients.map(client => once(client, 'connect')))
    for (const [index, client] of clients.entries()) {
      client.on('error', () => {})
      client.write('GET /metrics HT') // and no more
      if (index % 2 === 0) client.destroy()
    }
    const [status, metrics] = await ask(address, '/metrics')
    expect(status).toBe(200)
    expect(metrics).toMatch(`secwrap_secret_age_seconds{secret="vault://secret/${path}#exported"} `)
    expect(metrics).toMatch(/secwrap_store_requests_total [1-9]/)
    expect(findLeaks([first, env.VAULT_TOKEN], metrics)).toEqual([])
    expect(await ask(address, '/')).toEqual([404, 'not found\n'])
    expect(await ask(address, '/metrics', 'POST')).toEqual([405, 'method not allowed\n'])
    expect(await ask(address, '/healthz?x=1', 'HEAD')).toEqual([200, ''])
    const slow = clients.filter(client => !client.destroyed)
    const closed = Promise.all(slow.map(client => once(client.resume(), 'close')))
    expect(slow).toHaveLength(20)
    await closed // by the other side, after five seconds
    run.child.kill('SIGTERM')
    expect(await run.end).toEqual([0, null])
    expect(readdirSync(folder.path).sort()).toEqual(['app.template', 'out'])
  }, 20_000)

  test('what stays holds no value: after the start, ten looks, a change and a program', async () => {
    const planted = { exported: createValue(), other: createValue() }
    const { folder, env, put } = await createProject(planted)
    using _folder = folder
    const file = createValue()
    folder.write('file', file)
    folder.write('app.template', `${readFileSync(`${folder.path}/app.template`)}\${file://./file}\n`)
    const args = [...FAST, '--run', 'echo ran', '--listen', '127.0.0.1:0', PAIR]
    await using run = startSidecar({ artifact, cwd: folder.path, args, env: { ...env, PLANTED: file } })
    const address = await addressOf(run)
    await run.says(/written/)
    expect(scanAll(run.pid, [planted.exported, planted.other, file, env.VAULT_TOKEN])).toEqual(NOTHING)
    await requests(20) // two each
    const next = { exported: createValue(), other: createValue() }
    await put(next)
    await run.says(/ran\n/)
    await ask(address, '/metrics')
    const all = [...Object.values(planted), ...Object.values(next), file, env.VAULT_TOKEN]
    expect(scanAll(run.pid, all)).toEqual(NOTHING)
    // It is no wonder that nothing is found where nothing can be: what it was started with is.
    expect(scanAll(run.pid, ['app.template:out/app.conf'])).not.toEqual(NOTHING)
  })

  test('a set with a certificate in it: another file changes, and the certificate stays', async () => {
    const direct = openVault()
    const mount = await createAuthority(direct)
    const { folder, env, path, put } = await createProject({ exported: 'static-one' })
    using _folder = folder
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
    const issued = vault.requests.filter(request => request.path === `/v1/${mount}/issue/web`)
    expect(issued).toHaveLength(2)
    const [, metrics] = await ask(address, '/metrics')
    expect(metrics).toMatch(`_expiry_timestamp_seconds{secret="vault://${mount}/issue/web?common_name"} `)
    expect(metrics).not.toMatch('app.local')
  })

  test('a lease that no file came of is given back', async () => {
    const mount = await createDatabase(openVault())
    const { folder, env } = await createProject({ exported: 'value' })
    using _folder = folder
    folder.write('app.template', `\${vault://${mount}/creds/app#username} \${file://./missing}\n`)
    const before = vault.requests.length
    await using run = startSidecar({ artifact, cwd: folder.path, args: [...FAST, PAIR], env })
    expect(await run.end).toEqual([66, null])
    const paths = vault.requests.slice(before).map(({ path }) => path)
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
    const { folder, env, path, read, put } = await createProject({ exported: 'static-one' })
    using _folder = folder
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
    const count = (of: string) => vault.requests.filter(request => request.path === of).length
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

// Root may look; for everybody else the process is closed.
const NOTHING = process.getuid?.() === 0 ? [] : ['EACCES']

function scanAll(pid: number, values: readonly string[]): readonly unknown[] {
  try {
    return values.flatMap(value => findInMemory(pid, Buffer.from(value)))
  } catch (error) {
    return [(error as { code?: string }).code]
  }
}
