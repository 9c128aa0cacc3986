/** What `exec --watch` does when a secret changes, when its store is away, and when the command ends. */
import { rmSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { ARTIFACTS, run as runProgram, secwrap } from '../helpers/secwrap.ts'
import { createFolder, type Folder } from '../helpers/temporary-folder.ts'
import { isAlive, startWatch, TELLING, TOLD } from '../helpers/watched-run.ts'

const FAST = ['--interval', '0.2', '--debounce', '0.05']

function createSecret(value: string): Folder {
  const folder = createFolder()
  folder.write('secret', value)
  folder.write('.env.template', 'A=file://./secret\n')
  return folder
}

describe.each(ARTIFACTS)('$name', artifact => {
  test('restart: the command ends, and a new one has the new value', async () => {
    using folder = createSecret('one')
    await using run = startWatch({ artifact, cwd: folder.path, flags: FAST, command: TELLING })
    const [, first, old] = await run.says(TOLD)
    folder.write('secret', 'two')
    const [, second, now] = await run.says(TOLD)
    expect([first, second]).toEqual(['one', 'two'])
    expect([isAlive(Number(old)), isAlive(Number(now))]).toEqual([false, true])
    run.child.kill('SIGTERM')
    expect(await run.end).toEqual([null, 'SIGTERM'])
    expect(isAlive(Number(now))).toBe(false)
  })

  test('a signal: the command stays, and hears of every change once', async () => {
    using folder = createSecret('one')
    const count = 'trap "echo reload" HUP; echo ready; while :; do read _ <fifo; done'
    await using run = startWatch({
      artifact,
      cwd: folder.path,
      flags: [...FAST, '--on-change', 'signal:hup'],
      command: ['sh', '-c', `mkfifo fifo; exec 3<>fifo; ${count}`],
    })
    await run.says(/ready/)
    folder.write('secret', 'two')
    await run.says(/reload/)
    folder.write('secret', 'three')
    await run.says(/reload/)
    expect(run.output().match(/reload/g)).toHaveLength(2)
  })

  test('exit: the command is ended, and so is the program, as it ended', async () => {
    using folder = createSecret('one')
    const flags = [...FAST, '--on-change', 'exit', '--stop-signal', 'USR1']
    await using run = startWatch({ artifact, cwd: folder.path, flags, command: TELLING })
    await run.says(TOLD)
    folder.write('secret', 'two')
    expect(await run.end).toEqual([null, 'SIGUSR1'])
  })

  test('none: the log says what has changed', async () => {
    using folder = createSecret('one')
    const flags = [...FAST, '--on-change', 'none', '--log-level', 'info']
    await using run = startWatch({ artifact, cwd: folder.path, flags, command: TELLING })
    const [, , pid] = await run.says(TOLD)
    folder.write('secret', 'two')
    await run.says(/secwrap: info: changed: file:\/\/.\/secret\n/)
    expect(isAlive(Number(pid))).toBe(true)
  })

  test('a secret that is gone: the command keeps running, and the restart waits for it', async () => {
    using folder = createSecret('one')
    await using run = startWatch({ artifact, cwd: folder.path, flags: FAST, command: TELLING })
    const [, , pid] = await run.says(TOLD)
    rmSync(`${folder.path}/secret`)
    await run.says(/no restart, as not all secrets could be read: the command keeps running/)
    expect(isAlive(Number(pid))).toBe(true)
    folder.write('secret', 'two')
    expect((await run.says(TOLD))[1]).toBe('two')
  })

  test('a restart that fails is tried again at its time, or when there is something new', async () => {
    using folder = createSecret('one')
    await using run = startWatch({ artifact, cwd: folder.path, flags: FAST, command: TELLING })
    await run.says(TOLD)
    folder.write('secret', 'x'.repeat(131_072)) // too long for an environment
    await run.says(/next try in 1 s/)
    const first = performance.now()
    await run.says(/next try in 2 s/)
    expect(performance.now() - first).toBeGreaterThan(900)
    folder.write('secret', 'two')
    expect((await run.says(TOLD))[1]).toBe('two')
  })

  test('a command that ignores the stop signal is killed', async () => {
    using folder = createSecret('one')
    await using run = startWatch({
      artifact,
      cwd: folder.path,
      flags: [...FAST, '--stop-timeout', '0.3'],
      command: ['sh', '-c', `trap '' TERM; ${TELLING[2]}`],
    })
    await run.says(TOLD)
    folder.write('secret', 'two')
    await run.says(/secwrap: warn: the command did not end within 0.3 s: it is killed/)
    expect((await run.says(TOLD))[1]).toBe('two')
  })

  test('a command that crashes again and again starts less and less often', async () => {
    using folder = createSecret('one')
    const command = ['sh', '-c', 'echo started; exit 3']
    const flags = [...FAST, '--restart-on-exit']
    await using run = startWatch({ artifact, cwd: folder.path, flags, command })
    for (const delay of ['1 s', '2 s']) {
      const line = `started[^]*secwrap: warn: the command ended with exit code 3: it starts again in ${delay}`
      await run.says(new RegExp(line))
    }
    run.child.kill('SIGTERM')
    expect(await run.end).toEqual([null, 'SIGTERM'])
  })

  test('a first start that fails is what it is without --watch', async () => {
    using folder = createFolder()
    folder.write('.env.template', 'A=file://./nothing\n')
    const plain = await secwrap(['exec', '--', 'true'], { artifact, cwd: folder.path })
    const watched = await secwrap(['exec', '--watch', '--', 'true'], { artifact, cwd: folder.path })
    expect(plain.exitCode).toBe(66)
    expect(watched).toEqual({ ...plain, pid: expect.any(Number) })
  })

  test.each([
    [['--on-change', 'reload'], '--on-change takes restart, signal:NAME, exit or none'],
    [['--on-change', 'signal:NONE'], '--on-change: NONE is not a signal'],
    [['--stop-signal', 'STOP IT'], '--stop-signal: STOP IT is not a signal'],
    [['--interval', '0'], '--interval must be more than 0'],
    [['-t', '-'], '--watch reads the template again, which standard input does not allow'],
  ])('%j is refused', async (flags, message) => {
    const { stderr, exitCode } = await secwrap(['exec', '--watch', ...flags, '--', 'true'], { artifact })
    expect([stderr.split('\n')[0], exitCode]).toEqual([`secwrap: error: ${message} [BAD_USAGE]`, 64])
  })

  test('a time of years is a long one, not none', async () => {
    using folder = createSecret('one')
    const flags = ['--timeout', '1e9', '--stop-timeout', '1e9', '--interval', '1e9', '--splay', '1e9']
    const args = ['exec', '--watch', ...flags, '--', 'sh', '-c', 'sleep 0.2; exit 7']
    const { exitCode, stderr } = await secwrap(args, { artifact, cwd: folder.path })
    expect([exitCode, stderr]).toEqual([7, ''])
  })

  test('a template that can be read only once is refused, too', async () => {
    using folder = createSecret('one')
    const watch = `${artifact.argv.join(' ')} exec --watch`
    for (const source of ['-t /dev/stdin', '-t <(echo B=2)', '-t fifo']) {
      const script = `mkfifo -m 600 fifo; echo B=2 | ${watch} ${source} -- true; rm fifo`
      const { stderr } = await runProgram(['bash', '-c', script], { cwd: folder.path })
      expect(stderr).toContain('--watch reads the template again, which a pipe does not allow [BAD_USAGE]\n')
    }
  })

  test('a flag of --watch without it is refused; its variable may stand ready', async () => {
    using folder = createSecret('one')
    const options = { artifact, cwd: folder.path }
    for (const flag of [['--interval', '5'], ['--restart-on-exit'], ['--on-change=exit']]) {
      const { stderr, exitCode } = await secwrap(['exec', ...flag, '--', 'true'], options)
      const name = flag[0]?.split('=')[0]
      const lines = `secwrap: error: ${name} needs --watch [BAD_USAGE]\nsecwrap: hint: secwrap exec --watch\n`
      expect([stderr, exitCode]).toEqual([lines, 64])
    }
    const env = { SECWRAP_INTERVAL: '5' }
    expect(await secwrap(['exec', '--', 'true'], { ...options, env })).toMatchObject({
      exitCode: 0,
      stderr: '',
    })
  })
})
