/** What a person at the keyboard is asked, and what the screen shows of it. */
import { execFileSync } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { findLeaks } from '../helpers/leaks.ts'
import { ARTIFACTS, secwrap } from '../helpers/secwrap.ts'
import { createFolder } from '../helpers/temporary-folder.ts'
import { openTerminal, type Terminal } from '../helpers/terminal.ts'
import { VERB_STORES, type VerbStore } from '../helpers/verb-stores.ts'

const PLANTED = 'planted-typed-value'
const CTRL_C = '\x03'
const CTRL_D = '\x04'
const CTRL_Z = '\x1a'

const folder = createFolder()
let store: VerbStore

beforeAll(async () => {
  store = await (VERB_STORES.sops as () => Promise<VerbStore>)()
})

afterAll(async () => {
  folder[Symbol.dispose]()
  await store.stop()
})

const get = async (ref: string) => (await secwrap(['get', ref], { env: store.env })).stdout

/** The settings of the terminal as `stty` has them, seen from outside. */
function sttyOf({ pid }: Terminal): string {
  return execFileSync('stty', ['-a', '-F', readlinkSync(`/proc/${pid}/fd/0`)], { encoding: 'utf8' })
}

async function untilHidden(terminal: Terminal): Promise<void> {
  const end = Date.now() + 5_000
  while (!/ -echo\b/.test(sttyOf(terminal))) {
    if (Date.now() > end) throw new Error('the echo stays on')
    await new Promise(resolve => setTimeout(resolve, 10))
  }
}

describe.each(ARTIFACTS)('$name', ({ argv }) => {
  function open(args: readonly string[], before: readonly string[] = []): Terminal {
    return openTerminal([...before, ...argv, ...args], folder.path, store.env)
  }

  const openSet = (ref: string, before: readonly string[] = []) => open(['set', ref], before)

  test('a value is typed twice, and never shown', async () => {
    const ref = store.ref('typed')
    using terminal = openSet(ref)
    await terminal.expect(/Value of \S+: /)
    terminal.type(`${PLANTED}!\x7f\r`) // with a correction
    await terminal.expect(/The same again: /)
    terminal.type(`${PLANTED}\r`)
    await terminal.expect(/version \S+/)
    expect(await terminal.end).toEqual({ exitCode: 0, signal: 0 })
    expect(findLeaks([PLANTED], terminal.shown())).toEqual([])
    expect(await get(ref)).toBe(PLANTED)
  })

  test.each([
    ['another value the second time', `${PLANTED}\r`, `${PLANTED}s\r`, 'the two values differ'],
    ['nothing the second time', `${PLANTED}\r`, CTRL_D, 'no value was typed'],
    ['an empty line twice', '\r', '\r', 'the value is empty'],
  ])('%s: nothing is written', async (_, once, again, text) => {
    const ref = store.ref('mistyped')
    using terminal = openSet(ref)
    await terminal.expect(/Value of \S+: /)
    terminal.type(once)
    await terminal.expect(/The same again: /)
    terminal.type(again)
    await terminal.expect(new RegExp(text))
    expect((await terminal.end).exitCode).toBe(64)
    expect(findLeaks([PLANTED], terminal.shown())).toEqual([])
    expect(await get(ref)).toBe('')
  })

  test('a line that the terminal cuts is refused', async () => {
    using terminal = openSet(store.ref('long'))
    await terminal.expect(/Value of \S+: /)
    terminal.type(`${'x'.repeat(5_000)}\r`)
    await terminal.expect(/a terminal cuts a line/)
    expect((await terminal.end).exitCode).toBe(65)
  })

  test('Ctrl-C at the question: ended by it, and the terminal echoes again', async () => {
    using terminal = openSet(store.ref('interrupted'), [
      'sh',
      '-c',
      'trap : INT; "$@"; echo "ended $?"; cat',
      'sh',
    ])
    await terminal.expect(/Value of \S+: /)
    terminal.type(CTRL_C)
    await terminal.expect(/ended 130/)
    expect(sttyOf(terminal)).toMatch(/ echo\b/)
  })

  test('SIGTERM at the question: the terminal echoes again', async () => {
    using terminal = openSet(store.ref('ended'), ['sh', '-c', '"$@"; echo "ended $?"; cat', 'sh'])
    await terminal.expect(/Value of \S+: /)
    const [child] = readFileSync(`/proc/${terminal.pid}/task/${terminal.pid}/children`, 'utf8').split(' ')
    process.kill(Number(child), 'SIGTERM')
    await terminal.expect(/ended 143/)
    expect(sttyOf(terminal)).toMatch(/ echo\b/)
  })

  test('Ctrl-Z at the question, fg: typing is still hidden', async () => {
    const ref = store.ref('stopped')
    using terminal = open([], ['sh', '-i', '-c', 'exec sh -i', 'sh'])
    await terminal.expect(/prompt> /)
    terminal.type(`${argv.join(' ')} set '${ref}'\r`)
    await terminal.expect(/Value of \S+: /)
    terminal.type(CTRL_Z)
    await terminal.expect(/prompt> /)
    terminal.type('fg\r')
    await terminal.expect(/set/)
    await untilHidden(terminal)
    terminal.type(`${PLANTED}\r`)
    await terminal.expect(/The same again: /)
    terminal.type(`${PLANTED}\r`)
    await terminal.expect(/version \S+/)
    terminal.type('exit\r')
    await terminal.end
    expect(findLeaks([PLANTED], terminal.shown())).toEqual([])
  })

  test.each([
    ['y', 0, ''],
    ['Yes', 0, ''],
    ['', 1, PLANTED],
    ['n', 1, PLANTED],
    ['yesterday', 1, PLANTED],
  ])('delete asks: to %j it ends with %s', async (answer, exitCode, left) => {
    const ref = store.ref('asked')
    await secwrap(['set', ref], { env: store.env, input: PLANTED })
    using terminal = open(['delete', ref])
    await terminal.expect(/delete \S+\? \[y\/N\] /)
    terminal.type(`${answer}\r`)
    expect((await terminal.end).exitCode).toBe(exitCode)
    expect(await get(ref)).toBe(left)
  })

  test('a pipe at standard input is read, and nobody is asked', async () => {
    const ref = store.ref('piped')
    using terminal = openSet(ref, ['sh', '-c', `printf ${PLANTED} | "$@"`, 'sh'])
    await terminal.expect(/version \S+/)
    expect((await terminal.end).exitCode).toBe(0)
    expect(terminal.shown()).not.toContain('Value of')
    expect(await get(ref)).toBe(PLANTED)
  })

  test('at a terminal a list with --long is a table', async () => {
    await secwrap(['set', store.ref('tabled')], { env: store.env, input: PLANTED })
    using terminal = open(['list', store.prefix, '--long', '--no-color'])
    await terminal.expect(/REFERENCE +VERSION +AGE +AUTHOR +STATE/)
    await terminal.expect(/tabled\.sops\.yaml +\d+[sm]/)
    expect((await terminal.end).exitCode).toBe(0)
  })
})
