/** `exec --watch` as a process: the command finds the caller's state, signals and endings pass through, nothing stays. */
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { describe, expect, test } from '@jest/globals'
import { ARTIFACTS, COMPILED, run, secwrap } from '../helpers/secwrap.ts'
import { type CallerState, probe } from '../helpers/state.ts'
import { createFolder } from '../helpers/temporary-folder.ts'
import { openTerminal, type Terminal } from '../helpers/terminal.ts'
import { childrenOf, isAlive, startWatch, waitFor } from '../helpers/watched-run.ts'

const fixtures = `${import.meta.dirname}/../fixtures`
const TELL_SIGNALS = ['python3', `${fixtures}/tell-signals.py`]
const STEADY = ['sh', '-c', 'echo "pid $$ end"; exec sleep 60']
const STARTED = /pid (\d+) end/

const [HUP, INT, QUIT, PIPE, TERM, XFSZ] = [1, 2, 3, 13, 15, 25]
const CALLERS: readonly [string, CallerState][] = [
  ['nothing special', {}],
  ['SIGPIPE and SIGXFSZ ignored', { ignored: [PIPE, XFSZ] }],
  ['SIGHUP ignored, as by nohup', { ignored: [HUP] }],
  ['signals blocked', { blocked: [TERM, QUIT, 34] }],
  ['a soft limit of open files', { limits: { NOFILE: [256, 4096] } }],
  ['descriptors', { descriptors: { 3: 'socket', 4: '/dev/null', 9: '/etc/passwd', 63: 'pipe' } }],
  ['no input', { descriptors: { 0: 'closed' } }],
  ['a umask', { umask: 0o027 }],
]

// Ignored by default, or not to be caught: 16 and 30 are not caught by our runtimes.
const NOT_DEADLY = [16, 17, 18, 19, 20, 21, 22, 23, 28, 30]
const SIGNALS = Array.from({ length: 31 }, (_, index) => -index - 1).filter(n => !NOT_DEADLY.includes(-n))

/** Ours: CHLD and CONT. Not to be caught: KILL, STOP, and by Python the two that the C library has for itself. */
const NOT_HEARD = [9, 17, 18, 19, 32, 33]
const HEARD = Array.from({ length: 64 }, (_, index) => index + 1).filter(n => !NOT_HEARD.includes(n))
const REAL_TIME = Array.from({ length: 33 }, (_, index) => -index - 32)

/** What a program tells of the signals that a process is sent, one after the other. */
async function hearSignals(pid: number, says: (pattern: RegExp) => Promise<unknown>): Promise<void> {
  await says(/ready/)
  for (const signal of HEARD) {
    process.kill(pid, signal)
    await says(new RegExp(`got ${signal}\\.`))
  }
}

/** Until it is closed here, a program that is started has it open, too. */
async function closeTerminal({ pid, end }: Terminal): Promise<void> {
  process.kill(pid, 'SIGKILL')
  await end
}

function isStopped(pid: number): boolean {
  return /^\d+ \(.*\) T/.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
}

function heardIn(output: string): readonly number[] {
  return [...output.matchAll(/got (\d+)\./g)].map(([, signal]) => Number(signal))
}

async function statuses(
  wanted: readonly number[],
  argv: readonly string[],
  inTerminal = false,
): Promise<unknown> {
  using folder = createFolder()
  folder.write('.env.template', '')
  const watched = [...argv, 'exec', '--watch', '--']
  const program = ['python3', `${fixtures}/statuses.py`, JSON.stringify(wanted), ...watched]
  if (!inTerminal) return JSON.parse((await run(program, { cwd: folder.path })).stdout)
  using terminal = openTerminal(program, folder.path)
  await terminal.end
  return JSON.parse(terminal.shown())
}

const asWanted = (wanted: readonly number[]) => Object.fromEntries(wanted.map(status => [status, status]))

test.each([
  ['without a terminal', false],
  ['with one', true],
])(
  'every exit code, 0 to 255, and death by each real-time signal, %s',
  async (_, inTerminal) => {
    const wanted = [...Array.from({ length: 256 }, (_, code) => code), ...REAL_TIME]
    expect(await statuses(wanted, COMPILED.argv, inTerminal)).toEqual(asWanted(wanted))
  },
  60_000,
)

describe.each(ARTIFACTS)('$name', artifact => {
  const { argv } = artifact

  test.each(CALLERS)('the state of the command: %s', async (_, caller) => {
    const direct = await probe(caller, [])
    const watched = await probe(caller, [...argv, 'exec', '--watch', '--'])
    // It is a child of the supervisor, and ends with it.
    const stat = { ...(direct.stat as object), isSameProcess: false, isOurChild: false }
    expect(watched).toEqual({ ...direct, stat })
  })

  test.each([
    ['without a terminal', false],
    ['with one', true],
  ])(
    'death by each signal, and some exit codes, %s',
    async (_, inTerminal) => {
      const wanted = [0, 1, 127, 255, ...SIGNALS, -16, -30, -34, -64]
      expect(await statuses(wanted, argv, inTerminal)).toEqual(asWanted(wanted))
    },
    60_000,
  )

  test('every signal that is sent to it reaches the command, once', async () => {
    using folder = createFolder()
    folder.write('.env.template', '')
    await using watched = startWatch({ artifact, cwd: folder.path, command: TELL_SIGNALS })
    await hearSignals(watched.pid, watched.says)
    expect(heardIn(watched.output())).toEqual(HEARD)
  })

  test('and in the foreground of a terminal, too', async () => {
    using folder = createFolder()
    folder.write('.env.template', '')
    using terminal = openTerminal([...argv, 'exec', '--watch', '--', ...TELL_SIGNALS], folder.path)
    await hearSignals(terminal.pid, terminal.expect)
    expect(heardIn(terminal.shown())).toEqual(HEARD)
    await closeTerminal(terminal)
  })

  test.each([32, 33])(
    'signal %i, which the C library has for itself, ends the command and so secwrap',
    async signal => {
      using folder = createFolder()
      folder.write('.env.template', '')
      const prefix = ['sh', '-c', '"$@" & echo "secwrap $!"; wait $!; echo "status $?"', 'sh']
      await using watched = startWatch({ artifact, cwd: folder.path, command: STEADY, prefix })
      const [, pid] = await watched.says(/secwrap (\d+)/)
      await watched.says(STARTED)
      process.kill(Number(pid), signal)
      await watched.says(new RegExp(`status ${128 + signal}\n`))
    },
  )

  test('Ctrl-C reaches the command once', async () => {
    using folder = createFolder()
    folder.write('.env.template', '')
    const command = ['python3', `${fixtures}/count-interrupts.py`]
    using terminal = openTerminal([...argv, 'exec', '--watch', '--', ...command], folder.path)
    await terminal.expect(/ready/)
    terminal.type('\x03')
    expect(await terminal.expect(/interrupts: \d+/)).toBe('interrupts: 1')
    expect(await terminal.end).toEqual({ exitCode: 0, signal: 0 })
  })

  test('Ctrl-Z stops it, fg continues it, and it reads the terminal again', async () => {
    using folder = createFolder()
    folder.write('.env.template', '')
    using terminal = openTerminal(['sh', '-i'], folder.path)
    await terminal.expect(/prompt> /)
    terminal.type(`${argv.join(' ')} exec --watch -- sed s/^/heard-/\r`)
    terminal.type('one\r')
    await terminal.expect(/heard-one/)
    terminal.type('\x1a')
    await terminal.expect(/prompt> /)
    terminal.type('jobs\r')
    await terminal.expect(/Stopped/)
    terminal.type('fg\r')
    terminal.type('two\r\x04')
    await terminal.expect(/heard-two/)
    terminal.type('echo status $?\r')
    await terminal.expect(/status 0\r?\n/)
  })

  test('Ctrl-Z stops it while it reads secrets, too, and SIGINT then ends it', async () => {
    using folder = createFolder()
    folder.write('.env.template', 'A=vault://secret/app#key\n')
    const sockets: Socket[] = []
    const silent = createServer(socket => sockets.push(socket.on('error', () => {})))
    await once(silent.listen(0, '127.0.0.1'), 'listening')
    const { port } = silent.address() as { port: number }
    const env = { VAULT_ADDR: `http://127.0.0.1:${port}`, VAULT_TOKEN: 'planted-token' }
    try {
      using terminal = openTerminal(['sh', '-i'], folder.path, env)
      await terminal.expect(/prompt> /)
      terminal.type(`${argv.join(' ')} exec --watch -- true\r`)
      await once(silent, 'connection')
      terminal.type('\x1ajobs\r')
      await terminal.expect(/Stopped/)
      const [supervisor = 0] = childrenOf(terminal.pid)
      expect(isStopped(supervisor)).toBe(true)
      terminal.type('fg\r')
      await waitFor(() => !isStopped(supervisor))
      terminal.type('\x03')
      terminal.type('echo status $?\r')
      await terminal.expect(/status 130\r?\n/)
    } finally {
      for (const socket of sockets) socket.destroy()
      silent.close()
    }
  })

  test('and while it waits to start the command again', async () => {
    using folder = createFolder()
    folder.write('.env.template', '')
    using terminal = openTerminal(['sh', '-i'], folder.path)
    await terminal.expect(/prompt> /)
    terminal.type(`${argv.join(' ')} exec --watch --restart-on-exit -- false\r`)
    await terminal.expect(/starts again in 2 s/)
    terminal.type('\x1ajobs\r')
    await terminal.expect(/Stopped/)
    terminal.type('fg\r')
    await terminal.expect(/starts again in 4 s/)
    terminal.type('\x03')
    terminal.type('echo status $?\r')
    await terminal.expect(/status 130\r?\n/)
  })

  test('SIGSTOP that the command sends itself stops it, as top does at Ctrl-Z', async () => {
    using folder = createFolder()
    folder.write('.env.template', '')
    using terminal = openTerminal(['sh', '-i'], folder.path)
    await terminal.expect(/prompt> /)
    terminal.type(`${argv.join(' ')} exec --watch -- sh -c 'kill -STOP $$; echo continued'\r`)
    terminal.type('jobs\r')
    await terminal.expect(/Stopped/)
    terminal.type('fg\r')
    await terminal.expect(/continued\r?\n/)
    terminal.type('echo status $?\r')
    await terminal.expect(/status 0\r?\n/)
  })

  test('its terminal is gone: with --restart-on-exit nothing starts again, either', async () => {
    using folder = createFolder()
    folder.write('.env.template', '')
    using terminal = openTerminal(['sh', '-i'], folder.path)
    await terminal.expect(/prompt> /)
    const command = `sh -c 'echo "parent $PPID end"; exec sleep 60'`
    terminal.type(`${argv.join(' ')} exec --watch --restart-on-exit -- ${command}\r`)
    const [, parent] = /(\d+)/.exec(await terminal.expect(/parent \d+ end/)) ?? []
    const supervisor = Number(parent)
    try {
      process.kill(terminal.pid, 'SIGKILL') // the shell, which leads the session
      await waitFor(() => !isAlive(supervisor))
    } finally {
      if (isAlive(supervisor)) process.kill(supervisor, 'SIGKILL')
    }
  })

  test('a signal that the caller ignores, and so the command, ends no watching', async () => {
    using folder = createFolder()
    folder.write('secret', 'one')
    folder.write('.env.template', 'A=file://./secret\n')
    const ignoring = ['python3', `${fixtures}/with-state.py`, JSON.stringify({ ignored: [INT] })]
    await using watched = startWatch({
      artifact,
      cwd: folder.path,
      prefix: ignoring,
      flags: ['--interval', '0.2', '--debounce', '0'],
      command: ['sh', '-c', 'echo "value $A end"; exec sleep 60'],
    })
    await watched.says(/value one end/)
    watched.child.kill('SIGINT')
    folder.write('secret', 'two')
    await watched.says(/value two end/)
  })

  test('the supervisor killed: the command goes along', async () => {
    using folder = createFolder()
    folder.write('.env.template', '')
    await using watched = startWatch({ artifact, cwd: folder.path, command: STEADY })
    const [, pid] = await watched.says(STARTED)
    watched.child.kill('SIGKILL')
    expect(await watched.end).toEqual([null, 'SIGKILL'])
    await waitFor(() => !isAlive(Number(pid)))
  })

  test('one that was started by a supervisor that is gone ends, and starts nothing', async () => {
    using folder = createFolder()
    folder.write('.env.template', '')
    const env = { SECWRAP_STAGE: 'opener 1 resolver 3 4 5 6 7' } // its parent is this test, not process 1
    const args = ['exec', '--watch', '--', 'touch', 'started']
    const { exitCode } = await secwrap(args, { artifact, cwd: folder.path, env })
    expect([exitCode, folder.has('started')]).toEqual([137, false])
  })

  test('orphans are reaped: as PID 1, and as an ordinary process', async () => {
    using folder = createFolder()
    folder.write('.env.template', '')
    const command = ['python3', `${fixtures}/leave-orphans.py`, '500']
    const options = { artifact, cwd: folder.path, command, patienceMs: 30_000 } // 1000 forks
    await using ordinary = startWatch(options)
    const [, adopter] = await ordinary.says(/left 500 to (\d+)/)
    expect(Number(adopter)).toBe(ordinary.pid) // so they were there to be reaped
    await waitFor(() => childrenOf(ordinary.pid).length === 1)
    await using first = startWatch({ ...options, prefix: AS_PID_1 })
    await first.says(/left 500 to 1\n/)
    const [init = 0] = childrenOf(first.pid)
    await waitFor(() => childrenOf(init).length === 1)
    spawnSync('kill', ['-TERM', String(init)])
    expect(await first.end).toEqual([143, null])
  }, 90_000)

  test('as PID 1 it ends with 128 + the signal that ended the command', async () => {
    using folder = createFolder()
    folder.write('.env.template', '')
    const command = ['sh', '-c', 'kill -USR1 $$']
    await using watched = startWatch({ artifact, cwd: folder.path, command, prefix: AS_PID_1 })
    expect(await watched.end).toEqual([138, null])
  })
})

// Only root needs no namespace of users for that.
const AS_PID_1 = [
  'unshare',
  ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']),
  ...['--pid', '--fork', '--kill-child', '--mount-proc'],
]

test('the supervisor is small: below 20 MiB as soon as it has nothing to do', async () => {
  using folder = createFolder()
  folder.write('.env.template', '')
  const flags = ['--interval', '1']
  await using watched = startWatch({ artifact: COMPILED, cwd: folder.path, flags, command: STEADY })
  await watched.says(STARTED)
  const readKibibytes = () =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${watched.pid}/status`, 'latin1'))?.[1])
  expect(readKibibytes()).toBeGreaterThan(20 * 1024) // it is about this process, and not yet idle
  await waitFor(() => readKibibytes() < 20 * 1024)
})

test('a direct start hears every signal', async () => {
  using terminal = openTerminal(TELL_SIGNALS, '/')
  await hearSignals(terminal.pid, terminal.expect)
  expect(heardIn(terminal.shown())).toEqual(HEARD)
  await closeTerminal(terminal)
})
