/** `exec --mask=pty`: the command's output is masked, and a terminal for it all the same. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { findLeaks } from '../helpers/leaks.ts'
import { ARTIFACTS, COMPILED, secwrap } from '../helpers/secwrap.ts'
import { createFolder, type Folder } from '../helpers/temporary-folder.ts'
import { openTerminal } from '../helpers/terminal.ts'
import { isAlive, waitFor } from '../helpers/watched-run.ts'

const PASSWORD = 'pl4nted "p@ss/w0rd"'
const [CTRL_C, CTRL_D, CTRL_Z] = ['\x03', '\x04', '\x1a']
const counter = `${import.meta.dirname}/../fixtures/count-interrupts.py`

const FROM_SHELL = ['sh', '-c', 'trap : INT; "$@"; echo "status $?."; exec cat', 'sh']

let folder: Folder & Disposable
beforeEach(() => {
  folder = createFolder()
  folder.write('password', PASSWORD)
  folder.write('.env.template', 'PASSWORD=file://./password\n')
})
afterEach(() => folder[Symbol.dispose]())

interface Opened {
  readonly prefix?: readonly string[]
  readonly flags?: readonly string[]
}

describe.each(ARTIFACTS)('$name', artifact => {
  function open(command: readonly string[], { prefix = FROM_SHELL, flags = ['--mask=pty'] }: Opened = {}) {
    const argv = [...prefix, ...artifact.argv, 'exec', ...flags, '--', ...command]
    return openTerminal(argv, folder.path, { TERM: 'xterm-256color' })
  }

  const WAYS: readonly (readonly [name: string, opened: Opened])[] = [
    ['from a shell', {}],
    ['as the first process of a session', { prefix: [] }],
    ['with --watch', { flags: ['--mask=pty', '--watch'] }],
    ['by the variable', { prefix: ['env', 'SECWRAP_MASK=pty', ...FROM_SHELL], flags: [] }],
  ]

  test.each(WAYS)('%s the command finds terminals, as it would without', async (_, opened) => {
    const script = 'test -t 0 && test -t 1 && test -t 2 && stty size <&1 && stty size <&2; echo "<$PASSWORD>"'
    using terminal = open(['sh', '-c', script], opened)
    expect(await terminal.expect(/[\s\S]*>/)).toBe('24 80\r\n24 80\r\n<[masked]>')
    expect(findLeaks([PASSWORD], terminal.shown())).toEqual([])
  })

  test('control: without a mask, the same shows the value', async () => {
    using terminal = open(['sh', '-c', 'echo "<$PASSWORD>"'], { flags: [] })
    await terminal.expect(/<.*>/)
    expect(findLeaks([PASSWORD], terminal.shown())).not.toEqual([])
  })

  test('a program shows its colours, without being told to', async () => {
    const script = `console.log(42, process.env.FORCE_COLOR, process.stderr.isTTY); process.stdout.write('over.')`
    using terminal = open(['node', '-e', script])
    const shown = await terminal.expect(/[\s\S]*over\./)
    expect(shown).toBe('\x1b[33m42\x1b[39m \x1b[90mundefined\x1b[39m \x1b[33mtrue\x1b[39m\r\nover.')
  })

  test('a value in several writes is masked, and what is none comes at once', async () => {
    const half = Math.floor(PASSWORD.length / 2)
    const script = `printf 'Password: '; read x; printf %s "\${PASSWORD:0:${half}}"; read x; echo "\${PASSWORD:${half}}."`
    using terminal = open(['bash', '-c', script])
    await terminal.expect(/Password: /)
    terminal.type('\r')
    await terminal.expect(/\r\n/)
    terminal.type('\r')
    expect(await terminal.expect(/[\s\S]*\./)).toBe('\r\n[masked].')
    expect(findLeaks([PASSWORD, PASSWORD.slice(0, half)], terminal.shown())).toEqual([])
  })

  test('every byte comes through as it is, to the last', async () => {
    const bytes = Buffer.from(Array.from({ length: 200_000 }, (_, index) => (index * 7919) >> 3))
    writeFileSync(`${folder.path}/binary`, bytes)
    const show = async (opened: Opened) => {
      using terminal = open(['cat', 'binary'], opened)
      await waitFor(() => terminal.shown().endsWith('status 0.\r\n'))
      return terminal.shown()
    }
    expect(await show({})).toBe(await show({ flags: [] }))
  })

  test('it hears of a new size of the window, and finds it', async () => {
    const script = `const { stdout } = process
stdout.on('resize', () => console.log('now ' + stdout.columns + ' ' + stdout.rows + '.'))
console.log('ready.')
setInterval(() => {}, 1e6)`
    using terminal = open(['node', '-e', script])
    await terminal.expect(/ready\./)
    for (const columns of [91, 92, 93]) {
      terminal.resize(columns, 33)
      expect(await terminal.expect(/now .*\./)).toBe(`now ${columns} 33.`)
    }
  })

  test('a program that sets its output to give keys one by one gets them, and the terminal is as before at the end', async () => {
    const script = `import os, termios, tty
before = termios.tcgetattr(1)
tty.setcbreak(1)
print('ready.', flush=True)
key = os.read(0, 1)
termios.tcsetattr(1, termios.TCSADRAIN, before)
print('got', key, flush=True)
print('line', input(), flush=True)`
    const prefix = ['sh', '-c', 'stty -a >before; "$@"; stty -a >after; echo "status $?."; exec cat', 'sh']
    using terminal = open(['python3', '-c', script], { prefix })
    await terminal.expect(/ready\./)
    terminal.type('q')
    expect(await terminal.expect(/[\s\S]*got .*/)).toMatch(/^\s*got b'q'/) // the key is not shown
    terminal.type('text\r')
    await terminal.expect(/text\r\nline text/)
    await terminal.expect(/status 0\./)
    expect(readFileSync(`${folder.path}/after`)).toEqual(readFileSync(`${folder.path}/before`))
  })

  test('in the background it sets nothing', async () => {
    using terminal = openTerminal(['sh', '-i'], folder.path)
    await terminal.expect(/prompt> /)
    const script = "stty -echo <&1; sleep 0.3; echo s''et.; exec sleep 60"
    terminal.type(`${artifact.argv.join(' ')} exec --mask=pty -- sh -c "${script}" &\r`)
    await terminal.expect(/set\./)
    terminal.type('stty -a\r')
    expect(await terminal.expect(/-?echo /)).toBe('echo ')
    terminal.type('kill %1; wait %1; echo ended $?.\r')
    await terminal.expect(/ended 143\./)
  })

  test.each<readonly [string, string, string]>([
    ['an exit code', 'exit 7', 'status 7.'],
    ['a signal', 'kill -TERM $$', 'Terminated\r\nstatus 143.'],
  ])('%s is kept, and is told after the last words', async (_, script, status) => {
    using terminal = open(['sh', '-c', `echo "$PASSWORD"; ${script}`])
    expect(await terminal.expect(/[\s\S]*status \d+\./)).toBe(`[masked]\r\n${status}`)
  })

  test.each<readonly [string, Opened]>([
    ['from a shell', {}],
    ['with --watch', { flags: ['--mask=pty', '--watch'] }],
  ])('Ctrl-C reaches the command once, and its last words come: %s', async (_, opened) => {
    using terminal = open(['python3', counter], opened)
    await terminal.expect(/ready/)
    terminal.type(CTRL_C)
    expect(await terminal.expect(/interrupts: [\s\S]*status \d+\./)).toBe('interrupts: 1\r\nstatus 0.')
  })

  test('Ctrl-C ends a command that does not mind it', async () => {
    using terminal = open(['sh', '-c', 'echo ready; exec cat'])
    await terminal.expect(/ready/)
    terminal.type(CTRL_C)
    await terminal.expect(/status 130\./)
  })

  test('Ctrl-Z stops it, fg continues it, and it reads the terminal again', async () => {
    using terminal = openTerminal(['sh', '-i'], folder.path)
    await terminal.expect(/prompt> /)
    terminal.type(`${artifact.argv.join(' ')} exec --mask=pty -- sed s/^/heard-/\r`)
    terminal.type('one\r')
    await terminal.expect(/heard-one/)
    terminal.type(CTRL_Z)
    await terminal.expect(/prompt> /)
    terminal.type('jobs\r')
    await terminal.expect(/Stopped/)
    terminal.type('fg\r')
    terminal.type(`two\r${CTRL_D}`)
    await terminal.expect(/heard-two/)
    terminal.type('echo status $?\r')
    await terminal.expect(/status 0\r?\n/)
  })

  test('what is no terminal is a pipe', async () => {
    const script =
      'test -t 1 && ! test -t 2; echo "terminals: $? <$PASSWORD>"; echo "to a file: $PASSWORD" >&2'
    const prefix = ['sh', '-c', '"$@" 2>errors; exec cat', 'sh']
    using terminal = open(['sh', '-c', script], { prefix })
    expect(await terminal.expect(/[\s\S]*>/)).toBe('terminals: 0 <[masked]>')
    await waitFor(() => readFileSync(`${folder.path}/errors`, 'utf8') === 'to a file: [masked]\n')
  })

  test('without any terminal it is --mask', async () => {
    const script = 'test -t 1 || test -t 2; echo "$? <$PASSWORD>"; echo "$PASSWORD" >&2; exit 3'
    const options = { artifact, cwd: folder.path }
    const { exitCode, stdout, stderr } = await secwrap(
      ['exec', '--mask=pty', '--', 'sh', '-c', script],
      options,
    )
    expect([exitCode, stdout, stderr]).toEqual([3, '1 <[masked]>\n', '[masked]\n'])
  })

  test('a template from standard input', async () => {
    const argv = [...artifact.argv, 'exec', '--mask=pty', '--template', '-', '--', 'sh', '-c']
    const script = 'test -t 1 && test -t 2 && echo "<$PASSWORD>"'
    const prefix = ['sh', '-c', '"$@" < .env.template; exec cat', 'sh']
    using terminal = openTerminal([...prefix, ...argv, script], folder.path)
    expect(await terminal.expect(/[\s\S]*>/)).toBe('<[masked]>')
  })

  test('the command gets no descriptor of ours', async () => {
    const script = 'for f in /proc/$$/fd/*; do echo ${f##*/}; done; echo over.'
    const close = 'for n in {3..99}; do eval "exec $n>&-"; done; "$@"; exec cat' // what the test itself has open
    const show = async (opened: Opened) => {
      using terminal = open(['sh', '-c', script], { ...opened, prefix: ['bash', '-c', close, 'bash'] })
      return await terminal.expect(/[\s\S]*over\./)
    }
    expect(await show({})).toBe(await show({ flags: [] }))
  })

  test('when the masker is killed, nothing comes out unmasked, and the command hears of it', async () => {
    const script = 'echo ready; read x; echo "$PASSWORD" || echo $? > failed; exit 6'
    const marker = `marker-${process.pid}-${artifact.name.length}`
    using terminal = open(['bash', '-c', script, marker])
    await terminal.expect(/ready/)
    const masker = findMasker(marker)
    process.kill(masker, 'SIGKILL')
    await waitFor(() => !isAlive(masker))
    terminal.type('\r')
    await terminal.expect(/status 6\./)
    expect(readFileSync(`${folder.path}/failed`, 'utf8')).toBe('1\n')
    expect(findLeaks([PASSWORD], terminal.shown())).toEqual([])
  })

  test('where no pseudo-terminal is to be had, nothing is started', async () => {
    const hide = 'mount --bind /dev/null /dev/ptmx && exec "$@"'
    using terminal = open(['touch', 'started'], { prefix: [...IN_NAMESPACE, 'sh', '-c', hide, 'sh'] })
    await terminal.expect(/error: --mask=pty finds no pseudo-terminal here \[BAD_CONFIG\]/)
    expect((await terminal.end).exitCode).toBe(78)
    expect(readdirSync(folder.path)).not.toContain('started')
  })
})

test('--mask takes no other word', async () => {
  const { exitCode, stderr } = await secwrap(['exec', '--mask=tty', '--', 'true'], { artifact: COMPILED })
  expect([exitCode, stderr]).toEqual([64, 'secwrap: error: --mask takes true, false or pty [BAD_USAGE]\n'])
})

const IN_NAMESPACE = [
  ...['unshare', ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'])],
  '--mount',
]

function findMasker(marker: string): number {
  const pid = readdirSync('/proc').find(
    name =>
      /^\d+$/.test(name) &&
      read(name, 'comm') === 'secwrap-masker\n' &&
      read(name, 'cmdline').includes(marker),
  )
  return Number(pid)
}

function read(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1')
  } catch {
    return '' // it has ended
  }
}
