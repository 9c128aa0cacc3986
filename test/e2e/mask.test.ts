/** `exec --mask`: what the command writes, without values, and all else as it would be. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { findLeaks } from '../helpers/leaks.ts'
import { findInMemory } from '../helpers/memory.ts'
import { ARTIFACTS, type Artifact, BARE_ENVIRONMENT, run, secwrap } from '../helpers/secwrap.ts'
import { createFolder, type Folder } from '../helpers/temporary-folder.ts'
import { openTerminal } from '../helpers/terminal.ts'
import { isAlive, waitFor } from '../helpers/watched-run.ts'

const PASSWORD = 'pl4nted "p@ss/w0rd"'
const KEY = 'first line of a key\nsecond line of a key\n'

const TEMPLATE = `PASSWORD=file://./password
KEY=file://./key?raw
DB_URL="postgres://app:\${file://./password|urlencode}@db:5432/app"
PIN=file://./pin
# @sensitive
SHORT=file://./pin
# @public
USER_NAME=file://./user
MODE=file://./mode
`

function createProject(): Folder & Disposable {
  const folder = createFolder()
  for (const [name, text] of Object.entries({
    password: PASSWORD,
    key: KEY,
    pin: '9731',
    user: 'public-user-name',
    mode: 'production',
    '.env.template': TEMPLATE,
  })) {
    folder.write(name, text)
  }
  return folder
}

/** Through a shell that waits until the masker has written everything. */
async function masked(artifact: Artifact, script: string, flags: readonly string[] = ['--mask']) {
  using folder = createProject()
  const result = await secwrap(['exec', ...flags, '--', 'sh', '-c', script], { artifact, cwd: folder.path })
  return { ...result, folder }
}

const PYTHON = `import base64, json, os, shlex, urllib.parse
p = os.environ['PASSWORD']
for text in (p, urllib.parse.quote(p), urllib.parse.quote_plus(p), json.dumps(p)[1:-1], shlex.quote("'" + p)[1:-1]):
    print('<' + text + '>')
for before in ('', 'x', 'xy'):
    print(base64.b64encode((before + p).encode()).decode(), base64.urlsafe_b64encode((before + p + '?').encode()).decode())
`
const NODE = `const p = process.env.PASSWORD
console.log([p, JSON.stringify({ p }), encodeURIComponent(p), new URLSearchParams({ p }), Buffer.from(p).toString('base64')].join('\\n'))`

describe.each(ARTIFACTS)('$name', artifact => {
  test('values and their parts are masked, each stream by itself; the exit code is kept', async () => {
    const script = 'echo "a $PASSWORD b"; echo "$DB_URL" >&2; printf %s "$KEY"; exit 7'
    const { exitCode, stdout, stderr } = await masked(artifact, script)
    expect([exitCode, stdout, stderr]).toEqual([7, 'a [masked] b\n[masked]', '[masked]\n'])
  })

  test('short and public ones are not, but marked ones are', async () => {
    const script = 'echo "$USER_NAME $MODE"; env -u SHORT sh -c "echo pin=\\$PIN"'
    expect((await masked(artifact, script)).stdout).toBe('public-user-name production\npin=[masked]\n')
    using folder = createProject()
    folder.write('.env.template', 'PIN=file://./pin\nMODE=file://./mode\n')
    const { stdout } = await secwrap(['exec', '--mask', '--', 'sh', '-c', 'echo $PIN $MODE'], {
      artifact,
      cwd: folder.path,
    })
    expect(stdout).toBe('9731 production\n')
  })

  test.each([
    ['python3', PYTHON],
    ['node', NODE],
  ])('in the encodings that %s prints', async (program, code) => {
    using folder = createProject()
    const argv = [program, program === 'node' ? '-e' : '-c', code]
    const { stdout } = await secwrap(['exec', '--mask', '--', ...argv], { artifact, cwd: folder.path })
    expect(stdout).toContain('[masked]')
    expect(findLeaks([PASSWORD], stdout).filter(leak => !/hex|HEX|HTML|reversed/.test(leak))).toEqual([])
    const open = await secwrap(['exec', '--', ...argv], { artifact, cwd: folder.path })
    expect(findLeaks([PASSWORD], open.stdout)).toContain('base64+0 of value 1')
  })

  test('base64 in lines', async () => {
    const { stdout } = await masked(artifact, '{ head -c 50 /dev/zero; printf %s "$KEY"; } | base64')
    expect(stdout).toMatch(/^A+\w?\[masked\]\n$/)
  })

  test('a signal that ends the command is kept', async () => {
    expect((await masked(artifact, 'echo "$PASSWORD"; kill -TERM $$')).signal).toBe('SIGTERM')
  })

  test('two streams to one place keep their order', async () => {
    using folder = createProject()
    const script = 'for n in 1 2 3 4 5 6 7 8 9; do echo "o$n"; echo "e$n" >&2; done'
    const line = `exec "$@" 2>&1`
    const argv = [...artifact.argv, 'exec', '--mask', '--', 'sh', '-c', script]
    const { stdout } = await run(['sh', '-c', line, 'sh', ...argv], { cwd: folder.path })
    expect(stdout).toBe([1, 2, 3, 4, 5, 6, 7, 8, 9].map(n => `o${n}\ne${n}\n`).join(''))
  })

  test('binary output comes through byte for byte', async () => {
    using folder = createProject()
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7919) >> 3))
    writeFileSync(`${folder.path}/binary`, bytes)
    const argv = [...artifact.argv, 'exec', '--mask', '--', 'cat', 'binary']
    await run(['sh', '-c', '"$@" | cat > copy', 'sh', ...argv], { cwd: folder.path })
    expect(readFileSync(`${folder.path}/copy`).equals(bytes)).toBe(true)
  })

  test('| head ends it as it would directly', async () => {
    using folder = createProject()
    const argv = [...artifact.argv, 'exec', '--mask', '--', 'yes']
    const script = 'set -o pipefail; "$@" | head -n 2; echo "status ${PIPESTATUS[0]}"'
    const { stdout } = await run(['bash', '-c', script, 'bash', ...argv], { cwd: folder.path })
    expect(stdout).toBe('y\ny\nstatus 141\n')
  })

  test('one stream may end, or go unread, while the other goes on', async () => {
    const { stdout, stderr } = await masked(artifact, 'exec >&-; echo "later $PASSWORD" >&2')
    expect([stdout, stderr]).toEqual(['', 'later [masked]\n'])
    using folder = createProject()
    const script = 'head -c 3000000 /dev/zero & echo "beside $PASSWORD" >&2; wait'
    const child = spawn(artifact.argv[0] ?? '', ['exec', '--mask', '--', 'sh', '-c', script], {
      cwd: folder.path,
      env: BARE_ENVIRONMENT,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const [chunk] = await once(child.stderr, 'data') // nobody reads the other one yet
    expect(String(chunk)).toBe('beside [masked]\n')
    let length = 0
    for await (const part of child.stdout) length += part.length
    expect(length).toBe(3_000_000)
  })

  test('a prompt without a line end appears at once', async () => {
    using folder = createProject()
    const child = spawn(
      artifact.argv[0] ?? '',
      ['exec', '--mask', '--', 'sh', '-c', 'printf "Password: "; read x; echo "got $x"'],
      { cwd: folder.path, env: BARE_ENVIRONMENT, stdio: 'pipe' },
    )
    const [prompt] = await once(child.stdout, 'data')
    expect(String(prompt)).toBe('Password: ')
    child.stdin.end(`${PASSWORD}\n`)
    const [answer] = await once(child.stdout, 'data')
    expect(String(answer)).toBe('got [masked]\n')
  })

  test('it goes on for what the command leaves behind', async () => {
    const script = '(sleep 0.3; echo "late $PASSWORD") & echo early'
    expect((await masked(artifact, script)).stdout).toBe('early\nlate [masked]\n')
  })

  test('the command has no child that it did not start, and no descriptor of ours', async () => {
    const script =
      'read children < /proc/$$/task/$$/children; echo "$children"; for f in /proc/$$/fd/*; do echo ${f##*/}; done'
    const { stdout } = await masked(artifact, script)
    const direct = await masked(artifact, script, [])
    expect(stdout).toBe(direct.stdout)
  })

  test('where the command did not come to be, nothing stays', async () => {
    using folder = createProject()
    const marker = `nosuch-${process.pid}-${folder.path.length}`
    const result = await secwrap(['exec', '--mask', '--', marker], { artifact, cwd: folder.path })
    expect([result.exitCode, result.stderr.split('\n')[0]]).toEqual([
      127,
      `secwrap: error: command not found: ${marker} [NO_COMMAND]`,
    ])
    await waitFor(() => findProcess(marker).length === 0)
  })

  test('the masker holds the values, and lets nobody read them; killed, it takes the output along', async () => {
    using folder = createProject()
    const marker = `marker-${process.pid}-${artifact.name.length}`
    const child = spawn(
      artifact.argv[0] ?? '',
      ['exec', '--mask', '--', 'sh', '-c', 'echo ready; read x; echo "$PASSWORD"; echo on', marker],
      { cwd: folder.path, env: { ...BARE_ENVIRONMENT, TOKEN: 'planted-token-of-the-caller' }, stdio: 'pipe' },
    )
    const ended = once(child, 'exit')
    await once(child.stdout, 'data')
    const [masker = 0] = findProcess(marker).filter(pid => pid !== child.pid)
    expect(findInMemory(masker, Buffer.from(PASSWORD))).not.toEqual([])
    expect(findInMemory(masker, Buffer.from('planted-token-of-the-caller'))).toEqual([])
    expect(readFileSync(`/proc/${masker}/comm`, 'latin1')).toBe('secwrap-masker\n')
    expect(readlinkSync(`/proc/${masker}/fd/0`)).toBe('/dev/null')
    const ownPipes = [...new Set(listPipes(child.pid ?? 0))]
    expect(listPipes(masker).filter(pipe => ownPipes.includes(pipe)).length).toBe(2) // to read from
    const look = spawnSync('cat', [`/proc/${masker}/maps`], process.getuid?.() === 0 ? { uid: 65_534 } : {})
    expect(String(look.stderr)).toContain('Permission denied')
    process.kill(masker, 'SIGKILL')
    await waitFor(() => !isAlive(masker))
    child.stdin.end('\n')
    expect(await ended).toEqual([null, 'SIGPIPE'])
  })

  test('100 MB go through, and the masker does not grow', async () => {
    using folder = createProject()
    const marker = `large-${process.pid}-${artifact.name.length}`
    const script =
      'yes "a line with $PASSWORD in it and something around it, as in a log of requests" | head -c 100000000'
    const child = spawn(artifact.argv[0] ?? '', ['exec', '--mask', '--', 'sh', '-c', script, marker], {
      cwd: folder.path,
      env: BARE_ENVIRONMENT,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const sizes: number[] = []
    let bytes = 0
    let lines = 0
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      bytes += chunk.length
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++
      if (bytes > (sizes.length + 1) * 20_000_000) sizes.push(residentOf(findMasker(marker, child.pid)))
    }
    const line = 'a line with  in it and something around it, as in a log of requests\n'.length
    expect(lines).toBe(Math.floor(100_000_000 / (line + PASSWORD.length)))
    expect(Math.floor(bytes / (line + '[masked]'.length))).toBe(lines)
    expect(sizes.length).toBeGreaterThan(2)
    expect(Math.max(...sizes)).toBeLessThan(200_000)
  })

  test.each([
    ['as PID 1', []],
    ['as all that PID 1 waits for', ['sh', '-c', '"$@"; exit $?', 'sh']],
  ])('%s, its last words are not lost', async (_, first) => {
    using folder = createProject()
    const script = 'echo first; echo "last $PASSWORD"; exit 5'
    const argv = [...artifact.argv, 'exec', '--mask', '--', 'sh', '-c', script]
    const { exitCode, stdout } = await run([...IN_NAMESPACE, ...first, ...argv], { cwd: folder.path })
    expect([exitCode, stdout]).toEqual([5, 'first\nlast [masked]\n'])
  })

  test('as PID 1, it says that it reads no template from standard input', async () => {
    using folder = createProject()
    const argv = [...artifact.argv, 'exec', '--mask', '--template', '-', '--', 'true']
    const { exitCode, stderr } = await run([...IN_NAMESPACE, ...argv], { cwd: folder.path })
    const fact = 'with --mask a supervisor stays here, which reads no template from standard input'
    expect([exitCode, stderr.split('\n')[0]]).toEqual([64, `secwrap: error: ${fact} [BAD_USAGE]`])
  })

  test('in a terminal with colours the command is told of them, and without --mask it is not', async () => {
    using folder = createProject()
    const command = ['--', 'sh', '-c', 'echo "colours=$FORCE_COLOR $PASSWORD."']
    const show = async (flags: readonly string[]) => {
      const argv = [...artifact.argv, 'exec', ...flags, ...command]
      using terminal = openTerminal(argv, folder.path, { TERM: 'xterm-256color' })
      return await terminal.expect(/colours=.*\./)
    }
    expect(await show(['--mask'])).toBe('colours=2 [masked].')
    expect(await show([])).toBe(`colours= ${PASSWORD}.`)
  })

  test('with --watch as well, for each start of the command', async () => {
    const flags = ['--mask', '--watch', '--interval', '60']
    const { exitCode, stdout, stderr } = await masked(artifact, 'echo "<$PASSWORD>"; exit 4', flags)
    expect([exitCode, stdout, stderr]).toEqual([4, '<[masked]>\n', ''])
  })
})

const IN_NAMESPACE = [
  'unshare',
  ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']),
  ...['--pid', '--fork', '--kill-child', '--mount-proc'],
]

function findMasker(marker: string, command: number | undefined): number {
  return findProcess(marker).find(pid => pid !== command && nameOf(pid) === 'secwrap-masker') ?? 0
}

function findProcess(marker: string): readonly number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .filter(pid => readSafely(`/proc/${pid}/cmdline`).includes(marker))
}

function nameOf(pid: number): string {
  return readSafely(`/proc/${pid}/comm`).trim()
}

function listPipes(pid: number): readonly string[] {
  return readdirSync(`/proc/${pid}/fd`)
    .map(name => readlinkSync(`/proc/${pid}/fd/${name}`))
    .filter(target => target.startsWith('pipe:'))
}

/** In KiB. */
function residentOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readSafely(`/proc/${pid}/status`))?.[1])
}

function readSafely(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return '' // it has ended
  }
}
