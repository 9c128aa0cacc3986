/** `render --watch`: what changes files, and what is done after that. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { findLeaks } from '../helpers/leaks.ts'
import { ARTIFACTS, COMPILED, secwrap } from '../helpers/secwrap.ts'
import { startSidecar } from '../helpers/sidecar-run.ts'
import { createFolder, type Folder } from '../helpers/temporary-folder.ts'
import { isAlive, waitFor } from '../helpers/watched-run.ts'

const FAST = ['--interval', '0.2', '--debounce', '0.05']
const PAIR = 'app.template:out/app.conf'
const [FIRST, SECOND] = ['planted-first-value-7!', 'planted-second-value-8!']

function createProject(): Folder {
  const folder = createFolder()
  folder.write('secret', FIRST)
  folder.write('app.template', `key = "\${file://./secret}"\n`)
  return folder
}

function read(folder: Folder): string {
  return readFileSync(`${folder.path}/out/app.conf`, 'utf8')
}

describe.each(ARTIFACTS)('$name', artifact => {
  test('a secret changes: so does the file, the program runs, the process is signalled', async () => {
    using folder = createProject()
    const reader = spawn('sh', ['-c', 'trap "exit 5" HUP; while :; do sleep 0.05; done'])
    const readerEnd = once(reader, 'exit')
    folder.write('reader.pid', `${reader.pid}\n`)
    const action = ['--run', `sh -c 'echo "ran with $A and \${VAULT_TOKEN-nothing}"'`]
    const signal = ['--signal', 'HUP', '--pid-file', 'reader.pid']
    const args = [...FAST, ...action, ...signal, PAIR]
    await using run = startSidecar({ artifact, cwd: folder.path, args, env: { A: 'a b' } })
    await run.says(/info: written: out\/app.conf\n/)
    expect(read(folder)).toBe(`key = "${FIRST}"\n`)
    folder.write('secret', SECOND)
    await run.says(/info: written: out\/app.conf\n/)
    expect(read(folder)).toBe(`key = "${SECOND}"\n`)
    await run.says(/ran with a b and nothing\n/)
    expect(await readerEnd).toEqual([5, null])
    expect(run.output().match(/ran with/g)).toHaveLength(1) // and not for the file that nobody had read
    expect(findLeaks([FIRST, SECOND], run.output())).toEqual([])
    run.child.kill('SIGTERM')
    expect(await run.end).toEqual([0, null])
    expect(read(folder)).toBe(`key = "${SECOND}"\n`)
  })

  test('what else is put right: an edit, a mode, a file that is gone, a source that changed', async () => {
    using folder = createProject()
    await using run = startSidecar({ artifact, cwd: folder.path, args: [...FAST, PAIR] })
    await run.says(/written/)
    const file = `${folder.path}/out/app.conf`
    writeFileSync(file, 'edited')
    await run.says(/written/)
    expect(read(folder)).toBe(`key = "${FIRST}"\n`)
    chmodSync(file, 0o644)
    await waitFor(() => (statSync(file).mode & 0o777) === 0o600)
    rmSync(file)
    await waitFor(() => existsSync(file))
    folder.write('app.template', `new = "\${file://./secret}"\n`)
    await waitFor(() => read(folder) === `new = "${FIRST}"\n`)
  })

  test('SIGHUP: now', async () => {
    using folder = createProject()
    await using run = startSidecar({ artifact, cwd: folder.path, args: ['--interval', '600', PAIR] })
    await run.says(/written/)
    folder.write('secret', SECOND)
    run.child.kill('SIGHUP')
    await run.says(/written/)
    expect(read(folder)).toBe(`key = "${SECOND}"\n`)
  })

  test('files of an earlier run that have to change are a change at the start, too', async () => {
    using folder = createProject()
    expect((await secwrap(['render', PAIR], { artifact, cwd: folder.path })).exitCode).toBe(0)
    folder.write('secret', SECOND)
    const args = [...FAST, '--run', 'echo ran', PAIR]
    await using run = startSidecar({ artifact, cwd: folder.path, args })
    await run.says(/ran\n/)
    expect(read(folder)).toBe(`key = "${SECOND}"\n`)
  })

  test('a program that fails is run again', async () => {
    using folder = createProject()
    const args = [...FAST, '--run', `sh -c 'echo try; test -e ok'`, PAIR]
    await using run = startSidecar({ artifact, cwd: folder.path, args })
    await run.says(/written/)
    folder.write('secret', SECOND)
    await run.says(/try\n/)
    await run.says(/warn: sh failed with exit code 1; next try in 1 s\n/)
    folder.write('ok', '')
    await run.says(/try\n/)
    folder.write('secret', FIRST)
    await run.says(/try\n/)
    run.child.kill('SIGTERM')
    expect(await run.end).toEqual([0, null])
    expect(run.output().match(/try\n/g)).toHaveLength(3) // once it has worked, for news only
  })

  test('a time of years is a long one, not none', async () => {
    using folder = createProject()
    const times = ['--timeout', '1e9', '--run-timeout', '1e9', '--stale-after', '1e9']
    const args = [...FAST, ...times, '--run', "sh -c 'sleep 0.2; echo worked'", PAIR]
    await using run = startSidecar({ artifact, cwd: folder.path, args })
    await run.says(/info: written/)
    folder.write('secret', SECOND)
    await run.says(/worked/)
    expect(run.output()).not.toMatch(/in time|warn/i)
  })

  test('a pid file that is a FIFO holds nothing up', async () => {
    using folder = createProject()
    spawnSync('mkfifo', [`${folder.path}/pid`])
    const args = [...FAST, '--signal', 'HUP', '--pid-file', 'pid', PAIR]
    await using run = startSidecar({ artifact, cwd: folder.path, args })
    await run.says(/info: written/)
    folder.write('secret', SECOND)
    await run.says(/warn: the pid file pid can't be read \(no regular file\); next try in 1 s/)
    run.child.kill('SIGTERM')
    expect(await run.end).toEqual([0, null])
  })

  test('a program that hangs is ended with all that it has started, and none is left', async () => {
    using folder = createProject()
    const hanging = `sh -c 'trap "" TERM; sleep 1001 & echo "pids $$ $!"; wait; wait; sleep 1002'`
    const args = [...FAST, '--run', hanging, '--run-timeout', '0.5', PAIR]
    await using run = startSidecar({ artifact, cwd: folder.path, args })
    await run.says(/written/)
    folder.write('secret', SECOND)
    const [, shell, child] = await run.says(/pids (\d+) (\d+)\n/)
    await run.says(/warn: sh did not end within 0.5 s, and was ended; next try in 1 s\n/)
    await waitFor(() => !isAlive(Number(shell)) && !isAlive(Number(child)))
    run.child.kill('SIGTERM')
    expect(await run.end).toEqual([0, null])
  })

  test.each([
    ['a program', ['--run', 'no-such-program --at all'], `no-such-program can't be run (ENOENT)`],
    ['a pid file', ['--signal', 'HUP', '--pid-file', 'pid'], `the pid file pid can't be read (ENOENT)`],
  ])('%s that is not there is looked for again', async (_, flags, problem) => {
    using folder = createProject()
    await using run = startSidecar({ artifact, cwd: folder.path, args: [...FAST, ...flags, PAIR] })
    await run.says(/written/)
    folder.write('secret', SECOND)
    const [, told] = await run.says(/warn: (.*); next try in 1 s\n/)
    expect(told).toBe(problem)
    await run.says(/next try in 2 s\n/)
  })

  test('the program gets a standard output as the caller gave it', async () => {
    using folder = createProject()
    const args = [...FAST, '--run', `sh -c 'grep flags /proc/self/fdinfo/1'`, PAIR]
    await using run = startSidecar({ artifact, cwd: folder.path, args })
    await run.says(/written/)
    folder.write('secret', SECOND)
    const [, flags = ''] = await run.says(/flags:\s+(\d+)/)
    expect(Number.parseInt(flags, 8) & 0o4000).toBe(0) // O_NONBLOCK
  })

  test('the program gets no descriptor of ours', async () => {
    using folder = createProject()
    const args = [...FAST, '--run', `sh -c 'ls -l /proc/self/fd; echo "end of list"'`, PAIR]
    await using run = startSidecar({ artifact, cwd: folder.path, args })
    await run.says(/written/)
    expect(readdirSync(`/proc/${run.pid}/fd`).length).toBeGreaterThan(5) // the process that stays has some
    folder.write('secret', SECOND)
    await run.says(/end of list\n/)
    const listed = [...run.output().matchAll(/ (\d+) -> (\S+)/g)]
    const numbers = listed.filter(([, , to]) => !to?.startsWith('/proc')).map(([, number]) => number)
    expect(numbers).toEqual(['0', '1', '2'])
  })

  test('--cleanup removes the files that are as they were written', async () => {
    using folder = createProject()
    folder.write('other.template', 'x')
    const args = ['--interval', '600', '--cleanup', PAIR, 'other.template:out/other.conf']
    await using run = startSidecar({ artifact, cwd: folder.path, args })
    await run.says(/written/)
    folder.write('out/other.conf', 'of somebody else')
    run.child.kill('SIGINT')
    expect(await run.end).toEqual([0, null])
    expect(readdirSync(`${folder.path}/out`)).toEqual(['other.conf'])
  })

  test('--cleanup removes the file of a source that is gone, too', async () => {
    using folder = createFolder()
    folder.write('in/a', 'first')
    folder.write('in/b', 'second')
    await using run = startSidecar({ artifact, cwd: folder.path, args: [...FAST, '--cleanup', 'in:out'] })
    await run.says(/info: written: out\/a, out\/b\n/)
    rmSync(`${folder.path}/in/a`)
    folder.write('in/c', 'third')
    await run.says(/info: written: out\/c\n/)
    run.child.kill('SIGTERM')
    expect(await run.end).toEqual([0, null])
    expect(readdirSync(`${folder.path}/out`)).toEqual([])
  })

  test('a set changes at once, and goes as a whole', async () => {
    using folder = createProject()
    folder.write('other.template', '${file://./secret}')
    const pairs = ['app.template:app.conf', 'other.template:other.conf']
    const args = [...FAST, '--atomic-set', 'set', '--cleanup', ...pairs]
    await using run = startSidecar({ artifact, cwd: folder.path, args })
    await run.says(/written: set\/app\.conf, set\/other\.conf\n/)
    folder.write('secret', SECOND)
    await run.says(/written: set\/app\.conf, set\/other\.conf\n/)
    expect(readFileSync(`${folder.path}/set/..data/app.conf`, 'utf8')).toBe(`key = "${SECOND}"\n`)
    expect(readFileSync(`${folder.path}/set/other.conf`, 'utf8')).toBe(SECOND)
    run.child.kill('SIGTERM')
    expect(await run.end).toEqual([0, null])
    expect(readdirSync(`${folder.path}/set`)).toEqual([])
  })

  test('a mistake at the start: the error, its hint and its exit code', async () => {
    using folder = createFolder()
    folder.write('app.template', '${file://./missing}')
    const result = await secwrap(['render', '--watch', PAIR], { artifact, cwd: folder.path })
    expect(result).toMatchObject({ exitCode: 66, stdout: '' })
    expect(result.stderr).toMatch(/^secwrap: error: app.template:1: .* \[NOT_FOUND\]\n/)
  })
})

test.each([
  ['--run', ['--run', 'nginx -s reload', PAIR]],
  ['--interval', ['--interval', '10', PAIR]],
  ['--wait', ['--wait', PAIR]],
])('%s alone is refused, as it would do nothing', async (flag, args) => {
  const result = await secwrap(['render', ...args], { artifact: COMPILED })
  expect(result.exitCode).toBe(64)
  expect(result.stderr).toBe(
    `secwrap: error: ${flag} needs --watch [BAD_USAGE]\nsecwrap: hint: secwrap render --watch\n`,
  )
})

test.each([
  ['--check', ['--check', PAIR], '--watch and --check do not go together'],
  ['what is read once', ['/dev/stdin:out'], '--watch reads the sources again, which a pipe does not allow'],
  ['standard input', ['-:out'], '--watch reads the sources again, which standard input does not allow'],
  ['a shell', ['--run', 'a | b', PAIR], '--run has | in it, and no shell reads it'],
])('%s is refused', async (_, args, message) => {
  const result = await secwrap(['render', '--watch', ...args], { artifact: COMPILED })
  expect(result.exitCode).toBe(64)
  expect(result.stderr).toContain(`secwrap: error: ${message} [BAD_USAGE]\n`)
})
