/** `render --watch` against a real Vault: its faults, what is served meanwhile, and that what stays holds no value. */
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { describe, expect, test } from '@jest/globals'
import { createValue, FAULTS, HANGING, SEALED, waitForRequests } from '../helpers/faulty-vault.ts'
import { findLeaks } from '../helpers/leaks.ts'
import { findValues, NO_VALUES } from '../helpers/memory.ts'
import { ARTIFACTS } from '../helpers/secwrap.ts'
import { createProject, FAST, PAIR } from '../helpers/sidecar-project.ts'
import { addressOf, ask, startSidecar, waitForStatus } from '../helpers/sidecar-run.ts'
import { childrenOf, isAlive } from '../helpers/watched-run.ts'

describe.each(ARTIFACTS)('$name', artifact => {
  test.each(FAULTS)('the store is in trouble: %s', async (_, fault) => {
    const [first, second] = [createValue(), createValue()]
    await using project = await createProject({ exported: first })
    const { folder, env, put, read, proxy } = project
    const args = [...FAST, '--timeout', '1', '--listen', '127.0.0.1:0', PAIR]
    await using run = startSidecar({ artifact, cwd: folder.path, args, env })
    const address = await addressOf(run)
    await run.says(/written/)
    proxy.fault = () => fault
    await run.says(/secwrap: warn: .*: since \S+Z the files stay as they are\n/)
    expect(read()).toBe(`key = "${first}"\n`)
    expect(await ask(address, '/readyz')).toEqual([200, 'ok\n'])
    expect((await ask(address, '/metrics'))[1]).toMatch(/looks_total\{result="failed"\} [1-9]/)
    await put({ exported: second })
    proxy.fault = () => undefined
    await run.says(/secwrap: warn: the files are current again, after [\d.]+ s\n/)
    expect(read()).toBe(`key = "${second}"\n`)
    expect(findLeaks([first, second, env.VAULT_TOKEN], run.output())).toEqual([])
  })

  test('away at the start: the error and its exit code; with --wait not ready until it is back', async () => {
    await using project = await createProject({ exported: 'value' })
    const { folder, env, read, proxy } = project
    const nowhere = { ...env, VAULT_ADDR: 'http://127.0.0.1:1' }
    await using ending = startSidecar({ artifact, cwd: folder.path, args: [...FAST, PAIR], env: nowhere })
    expect(await ending.end).toEqual([69, null])
    expect(ending.output()).toMatch(/secwrap: error: app\.template:1: .* \[UNAVAILABLE\]\n/)
    proxy.fault = () => SEALED
    const args = [...FAST, '--timeout', '1', '--wait', '--listen', '127.0.0.1:0', PAIR]
    await using run = startSidecar({ artifact, cwd: folder.path, args, env })
    const address = await addressOf(run)
    await run.says(/warn: .*: since \S+Z there are no files yet\n/)
    expect([await ask(address, '/readyz'), await ask(address, '/healthz')]).toEqual([
      [503, 'not ready\n'],
      [200, 'ok\n'],
    ])
    proxy.fault = () => undefined
    await waitForStatus(address, '/readyz', 200)
    expect(read()).toBe('key = "value"\n')
  })

  test('--stale-after: not ready while the store is away for longer', async () => {
    await using project = await createProject({ exported: 'value' })
    const { folder, env, proxy } = project
    const args = [...FAST, '--timeout', '1', '--stale-after', '1', '--listen', '127.0.0.1:0', PAIR]
    await using run = startSidecar({ artifact, cwd: folder.path, args, env })
    const address = await addressOf(run)
    await waitForStatus(address, '/readyz', 200)
    proxy.fault = () => SEALED
    await waitForStatus(address, '/readyz', 503)
    proxy.fault = () => undefined
    await waitForStatus(address, '/readyz', 200)
  })

  test('SIGTERM while a look waits for the store: nothing is left of it', async () => {
    await using project = await createProject({ exported: 'value' })
    const { folder, env, proxy } = project
    proxy.fault = () => HANGING
    await using run = startSidecar({ artifact, cwd: folder.path, args: [...FAST, PAIR], env })
    await waitForRequests(proxy, 1)
    const [look = 0] = childrenOf(run.pid)
    run.child.kill('SIGTERM')
    expect(await run.end).toEqual([0, null])
    expect(isAlive(look)).toBe(false)
    expect(readdirSync(folder.path)).toEqual(['app.template'])
  })

  test('a look that is killed is made again', async () => {
    await using project = await createProject({ exported: 'one' })
    const { folder, env, put, read, proxy } = project
    await using run = startSidecar({ artifact, cwd: folder.path, args: [...FAST, PAIR], env })
    await run.says(/written/)
    proxy.fault = () => HANGING
    await waitForRequests(proxy, 1)
    for (const look of childrenOf(run.pid)) process.kill(look, 'SIGKILL')
    await run.says(/warn: the look failed: since/)
    proxy.fault = () => undefined
    await put({ exported: 'two' })
    await run.says(/current again/)
    expect(read()).toBe('key = "two"\n')
  })

  test('what is served holds no value, and no client can stop it', async () => {
    const first = createValue()
    await using project = await createProject({ exported: first })
    const { folder, path, env } = project
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
    await using project = await createProject(planted)
    const { folder, env, put, proxy } = project
    const file = createValue()
    folder.write('file', file)
    folder.write('app.template', `${readFileSync(`${folder.path}/app.template`)}\${file://./file}\n`)
    const args = [...FAST, '--run', 'echo ran', '--listen', '127.0.0.1:0', PAIR]
    await using run = startSidecar({ artifact, cwd: folder.path, args, env: { ...env, PLANTED: file } })
    const address = await addressOf(run)
    await run.says(/written/)
    expect(findValues(run.pid, [planted.exported, planted.other, file, env.VAULT_TOKEN])).toEqual(NO_VALUES)
    await waitForRequests(proxy, 20) // two each
    const next = { exported: createValue(), other: createValue() }
    await put(next)
    await run.says(/ran\n/)
    await ask(address, '/metrics')
    const all = [...Object.values(planted), ...Object.values(next), file, env.VAULT_TOKEN]
    expect(findValues(run.pid, all)).toEqual(NO_VALUES)
    // It is no wonder that nothing is found where nothing can be: what it was started with is.
    expect(findValues(run.pid, ['app.template:out/app.conf'])).not.toEqual(NO_VALUES)
  })
})
