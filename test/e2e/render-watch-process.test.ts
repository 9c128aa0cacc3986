/** `render --watch` as a process: what it takes, and how it ends. */
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { describe, expect, test } from '@jest/globals'
import { ARTIFACTS, COMPILED } from '../helpers/secwrap.ts'
import { addressOf, ask, startSidecar, waitForStatus } from '../helpers/sidecar-run.ts'
import { createFolder, type Folder } from '../helpers/temporary-folder.ts'
import { openTerminal } from '../helpers/terminal.ts'
import { childrenOf, isAlive, waitFor } from '../helpers/watched-run.ts'

const PAIR = 'app.template:out'
const HANGING = `sh -c 'trap "" TERM; echo "pid $$ end"; while :; do sleep 0.1; done'`

function createProject(): Folder {
  const folder = createFolder()
  folder.write('secret', 'one')
  folder.write('app.template', '${file://./secret}')
  return folder
}

/** Accepts connections, and answers none of them. */
async function openSilentStore() {
  const sockets: Socket[] = []
  const server = createServer(socket => sockets.push(socket.on('error', () => {})))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    isAsked: once(server, 'connection'),
    async [Symbol.asyncDispose]() {
      const over = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await over
    },
  }
}

test('it is small: below 30 MiB when idle, with a listener that was asked', async () => {
  using folder = createProject()
  const args = ['--interval', '1', '--listen', '127.0.0.1:0', PAIR]
  await using run = startSidecar({ artifact: COMPILED, cwd: folder.path, args })
  const readKibibytes = (name: string) =>
    Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync(`/proc/${run.pid}/status`, 'latin1'))?.[1])
  const address = await addressOf(run)
  await ask(address, '/metrics')
  expect(readKibibytes('VmHWM')).toBeGreaterThan(30 * 1024) // at its start it was not
  await waitFor(() => readKibibytes('VmRSS') < 30 * 1024)
})

const AS_PID_1 = [
  'unshare',
  ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']),
  ...['--pid', '--fork', '--kill-child', '--mount-proc'],
]

describe.each(ARTIFACTS)('$name', artifact => {
  test('the signal at which Node would open a debugger ends it', async () => {
    using folder = createProject()
    await using run = startSidecar({ artifact, cwd: folder.path, args: [PAIR] })
    await run.says(/written/)
    process.kill(run.pid, 'SIGUSR1')
    expect(await run.end).toEqual([null, 'SIGUSR1'])
  })

  test('as PID 1 it hears signals, runs the program, reaps what that leaves behind, and ends with 0', async () => {
    using folder = createProject()
    const leaving = `sh -c '(sleep 0.2 &) ; echo ran'`
    const args = ['--interval', '600', '--debounce', '0', '--run', leaving, PAIR]
    await using run = startSidecar({ artifact, cwd: folder.path, args, prefix: AS_PID_1 })
    await run.says(/written/)
    const [secwrap = 0] = childrenOf(run.pid)
    folder.write('secret', 'two')
    process.kill(secwrap, 'SIGHUP')
    await run.says(/ran\n/)
    await waitFor(() => childrenOf(secwrap).length === 0) // no zombies either
    process.kill(secwrap, 'SIGTERM')
    expect(await run.end).toEqual([0, null])
  })

  test('its terminal is gone: it ends, and cleans up', async () => {
    using folder = createProject()
    using terminal = openTerminal(['sh', '-i'], folder.path)
    await terminal.expect(/prompt> /)
    terminal.type(`${artifact.argv.join(' ')} render --watch --cleanup ${PAIR}\r`)
    await waitFor(() => existsSync(`${folder.path}/out`))
    const [sidecar = 0] = childrenOf(terminal.pid)
    try {
      process.kill(sidecar, 'SIGHUP') // from somebody else: a look
      process.kill(terminal.pid, 'SIGKILL') // the shell, which leads the session
      await waitFor(() => !isAlive(sidecar))
      expect(existsSync(`${folder.path}/out`)).toBe(false)
    } finally {
      if (isAlive(sidecar)) process.kill(sidecar, 'SIGKILL')
    }
  })

  test('SIGQUIT ends it in order, too', async () => {
    using folder = createProject()
    await using run = startSidecar({ artifact, cwd: folder.path, args: ['--cleanup', PAIR] })
    await run.says(/info: written/)
    run.child.kill('SIGQUIT')
    expect(await run.end).toEqual([0, null])
    expect(existsSync(`${folder.path}/out`)).toBe(false)
  })

  test('a second SIGTERM ends a program that would not end', async () => {
    using folder = createProject()
    const flags = ['--interval', '600', '--debounce', '0', '--listen', '127.0.0.1:0']
    const args = [...flags, '--run', HANGING, PAIR]
    await using run = startSidecar({ artifact, cwd: folder.path, args })
    const address = await addressOf(run)
    await run.says(/written/)
    folder.write('secret', 'two')
    run.child.kill('SIGHUP')
    const [, pid] = await run.says(/pid (\d+) end/)
    const began = performance.now()
    run.child.kill('SIGTERM')
    await waitForStatus(address, '/readyz', 503) // it has heard that one
    run.child.kill('SIGTERM')
    await waitFor(() => !isAlive(Number(pid)))
    expect(await run.end).toEqual([0, null])
    expect(performance.now() - began).toBeLessThan(5_000)
  })

  test('Ctrl-C, which all processes of the terminal hear: the program ends by itself, and then secwrap', async () => {
    using folder = createProject()
    const program = `sh -c 'echo runs; sleep 0.5; touch done'`
    const args = ['--interval', '600', '--debounce', '0', '--run', program, PAIR]
    await using run = startSidecar({ artifact, cwd: folder.path, args, prefix: ['setsid'] })
    await run.says(/written/)
    folder.write('secret', 'two')
    run.child.kill('SIGHUP')
    await run.says(/runs\n/)
    process.kill(-run.pid, 'SIGINT')
    expect(await once(run.child, 'exit')).toEqual([0, null])
    expect(folder.has('done')).toBe(true)
  })

  test('killed, it takes the look along that is under way', async () => {
    using folder = createProject()
    folder.write('app.template', '${vault://secret/app#key}')
    await using store = await openSilentStore()
    const env = { VAULT_ADDR: store.url, VAULT_TOKEN: 'x' }
    const args = ['--interval', '600', '--timeout', '30', PAIR]
    await using run = startSidecar({ artifact, cwd: folder.path, args, env })
    await store.isAsked
    const [look = 0] = childrenOf(run.pid)
    expect(isAlive(look)).toBe(true)
    run.child.kill('SIGKILL')
    await waitFor(() => !isAlive(look))
    expect(existsSync(`${folder.path}/out`)).toBe(false)
  })

  test('killed, it leaves the program alone that runs', async () => {
    using folder = createProject()
    const program = `sh -c 'echo running; while [ ! -e go ]; do sleep 0.05; done; touch gone-on'`
    const args = ['--interval', '600', '--debounce', '0', '--run', program, PAIR]
    await using run = startSidecar({ artifact, cwd: folder.path, args })
    await run.says(/written/)
    folder.write('secret', 'two')
    run.child.kill('SIGHUP')
    await run.says(/running/)
    const ended = once(run.child, 'exit')
    run.child.kill('SIGKILL')
    await ended
    folder.write('go', '')
    await waitFor(() => existsSync(`${folder.path}/gone-on`))
  })

  test('an address where somebody listens already: an error, and no file is made', async () => {
    using folder = createProject()
    const flags = ['--interval', '600', '--listen']
    await using first = startSidecar({ artifact, cwd: folder.path, args: [...flags, '127.0.0.1:0', PAIR] })
    const address = await addressOf(first)
    const args = [...flags, address, 'app.template:other']
    await using second = startSidecar({ artifact, cwd: folder.path, args })
    expect(await second.end).toEqual([78, null])
    expect(second.output()).toContain(
      `error: --listen ${address} can't be opened (EADDRINUSE) [BAD_CONFIG]\n`,
    )
    expect(existsSync(`${folder.path}/other`)).toBe(false)
  })

  test('a socket that was left over is taken over, a file at its place stays', async () => {
    using folder = createProject()
    folder.write('file', 'as it was')
    const start = (name: string) => {
      const args = ['--interval', '600', '--listen', `unix:${folder.path}/${name}`, PAIR]
      return startSidecar({ artifact, cwd: folder.path, args })
    }
    await using refused = start('file')
    expect(await refused.end).toEqual([78, null])
    expect(refused.output()).toContain("can't be opened (EADDRINUSE) [BAD_CONFIG]\n")
    expect(readFileSync(`${folder.path}/file`, 'utf8')).toBe('as it was')
    await using first = start('socket')
    await addressOf(first)
    first.child.kill('SIGKILL')
    await first.end
    expect(existsSync(`${folder.path}/socket`)).toBe(true)
    await using second = start('socket')
    await waitForStatus(await addressOf(second), '/healthz', 200)
  })
})
