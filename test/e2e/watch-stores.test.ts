/** `exec --watch` against a real Vault: what its faults do to the command, and that the supervisor holds no value. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import {
  createValue,
  FAULTS,
  type FaultyVault,
  HANGING,
  openFaultyVault,
  SEALED,
  waitForRequests,
} from '../helpers/faulty-vault.ts'
import type { Fault, HttpProxy } from '../helpers/http-proxy.ts'
import { findLeaks } from '../helpers/leaks.ts'
import { findInMemory, findValues, NO_VALUES } from '../helpers/memory.ts'
import { readMemoryFiles } from '../helpers/memory-files.ts'
import { ARTIFACTS, type Artifact } from '../helpers/secwrap.ts'
import { testSideBySide } from '../helpers/side-by-side.ts'
import { createFolder, type Folder } from '../helpers/temporary-folder.ts'
import {
  childrenOf,
  isAlive,
  isWorker,
  startWatch,
  TELLING,
  TOLD,
  type WatchedRun,
  waitFor,
} from '../helpers/watched-run.ts'

const [PATIENCE_MS, STEP_MS] = [90_000, 30_000]
const FAST = ['--interval', '0.2', '--debounce', '0.05']

const [FIRST, OTHER] = [createValue(), createValue()]

interface Place extends FaultyVault {
  readonly folder: Folder
  start(flags?: readonly string[]): WatchedRun
}

/** A secret of its own in a Vault to each case, and a template that reads it. */
function withPlace(artifact: Artifact, values: object, use: (place: Place) => Promise<void>) {
  return async () => {
    await using vault = await openFaultyVault(values)
    using folder = createFolder()
    folder.write('.env.template', `A=vault://secret/${vault.path}#exported\n`)
    const start: Place['start'] = (flags = []) =>
      startWatch({
        artifact,
        cwd: folder.path,
        env: vault.env,
        flags: [...FAST, ...flags],
        command: TELLING,
        patienceMs: STEP_MS,
      })
    await use({ ...vault, folder, start })
  }
}

function runsThrough(fault: Fault): Case {
  return async ({ proxy, env, put, start }) => {
    const second = createValue()
    await using run = start(['--timeout', '3'])
    const [, value, pid] = await run.says(TOLD)
    expect(value).toBe(FIRST)
    proxy.fault = () => fault
    await run.says(/secwrap: warn: .*: since \S+Z the command runs with what was read before\n/)
    expect(isAlive(Number(pid))).toBe(true)
    await put({ exported: second })
    proxy.fault = () => undefined
    await run.says(/secwrap: warn: all secrets can be read again, after [\d.]+ s\n/)
    expect((await run.says(TOLD))[1]).toBe(second)
    const ours = run.output().replaceAll(/value .* end/g, '')
    expect(findLeaks([FIRST, second, env.VAULT_TOKEN], ours)).toEqual([])
  }
}

/** From the look that sees a change until the resolver starts there is time to break the store. */
const LATER = ['--debounce', '2', '--log-level', 'info']

type Case = (place: Place) => Promise<void>
const CASES: readonly (readonly [string, Case])[] = [
  ...FAULTS.map(([name, fault]) => [`the store is in trouble: ${name}`, runsThrough(fault)] as const),
  [
    'a restart waits for the store, and the command keeps running',
    async ({ proxy, put, start }) => {
      await using run = start([...LATER, '--timeout', '3'])
      const [, , pid] = await run.says(TOLD)
      await put({ exported: 'two' })
      await run.says(/secwrap: info: changed/)
      proxy.fault = () => SEALED
      await run.says(
        /no restart, as not all secrets could be read: the command keeps running with what it has/,
      )
      expect(isAlive(Number(pid))).toBe(true)
      proxy.fault = () => undefined
      expect((await run.says(TOLD))[1]).toBe('two')
    },
  ],
  [
    'a resolver that is killed: the first start ends by the same signal, a restart is tried again',
    async ({ proxy, put, start }) => {
      proxy.fault = () => HANGING
      await using first = start()
      await waitForRequests(proxy, 1, STEP_MS)
      process.kill(childrenOf(first.pid)[0] ?? 0, 'SIGKILL')
      expect(await first.end).toEqual([null, 'SIGKILL'])

      proxy.fault = () => undefined
      await using run = start(LATER)
      await run.says(TOLD)
      await put({ exported: 'two' })
      await run.says(/secwrap: info: changed/)
      proxy.fault = () => HANGING
      process.kill(await workerOf(run, 'resolver'), 'SIGKILL')
      await run.says(/no restart, as not all secrets could be read/)
      proxy.fault = () => undefined
      expect((await run.says(TOLD))[1]).toBe('two')
    },
  ],
  [
    'a poller that hangs is killed, and the command keeps running',
    async ({ proxy, start }) => {
      await using run = start(['--timeout', '2'])
      const [, , pid] = await run.says(TOLD)
      proxy.fault = () => HANGING
      process.kill(await workerOf(run, 'poller'), 'SIGSTOP')
      await run.says(/secwrap: warn: the poller did not end in time: it is killed\n/)
      await run.says(/secwrap: warn: the secrets could not be looked at: since/)
      expect(isAlive(Number(pid))).toBe(true)
      proxy.fault = () => undefined
      await run.says(/all secrets can be read again/)
    },
  ],
  [
    'a resolver that hangs is killed: the first start ends by that, a restart is tried again',
    async ({ proxy, put, start }) => {
      proxy.fault = () => HANGING
      await using first = start(['--timeout', '2'])
      process.kill(await workerOf(first, 'resolver'), 'SIGSTOP')
      await first.says(RESOLVER_KILLED)
      expect(await first.end).toEqual([null, 'SIGKILL'])

      proxy.fault = () => undefined
      await using run = start([...LATER, '--timeout', '2'])
      const [, , pid] = await run.says(TOLD)
      await put({ exported: 'two' })
      await run.says(/secwrap: info: changed/)
      proxy.fault = () => HANGING
      process.kill(await workerOf(run, 'resolver'), 'SIGSTOP')
      await run.says(RESOLVER_KILLED)
      await run.says(/no restart, as not all secrets could be read/)
      expect(isAlive(Number(pid))).toBe(true)
      proxy.fault = () => undefined
      expect((await run.says(TOLD))[1]).toBe('two')
    },
  ],
  [
    'the supervisor killed while secrets are read: the process that reads them goes along',
    async ({ proxy, start }) => {
      proxy.fault = () => HANGING
      await using first = start(['--timeout', '60'])
      await takesAlong(proxy, first, 'resolver')

      proxy.fault = () => undefined
      await using run = start(['--timeout', '60'])
      await run.says(TOLD)
      proxy.fault = () => HANGING
      await takesAlong(proxy, run, 'poller')
    },
  ],
]

const RESOLVER_KILLED = /secwrap: warn: the resolver did not end in time: it is killed\n/

/** As soon as the process of this role waits for the store. */
async function takesAlong(proxy: HttpProxy, run: WatchedRun, role: 'resolver' | 'poller'): Promise<void> {
  await waitForRequests(proxy, 1, STEP_MS)
  const worker = await workerOf(run, role)
  expect(isAlive(worker)).toBe(true)
  run.child.kill('SIGKILL')
  await waitFor(() => !isAlive(worker), STEP_MS)
}

async function holdsNoValue({ proxy, folder, env, put, start }: Place): Promise<void> {
  const file = createValue()
  folder.write('file', file)
  folder.write('.env.template', `${readFileSync(`${folder.path}/.env.template`, 'utf8')}F=file://./file\n`)
  await using run = start()
  const [, , pid] = await run.says(TOLD)
  const values = [FIRST, OTHER, file, env.VAULT_TOKEN]
  expect(findValues(run.pid, values)).toEqual(NO_VALUES)
  expect(readMemoryFiles(run.pid)).toContain(env.VAULT_TOKEN) // where the token is, so it was there to be found
  expect([FIRST, file].map(value => findInMemory(Number(pid), Buffer.from(value)).length)).toEqual([1, 1])
  await waitForRequests(proxy, 20, STEP_MS) // two requests each
  const next = { exported: createValue(), other: createValue() }
  await put(next)
  await run.says(TOLD)
  await waitForRequests(proxy, 2, STEP_MS)
  const all = [...values, next.exported, next.other]
  expect(findValues(run.pid, all)).toEqual(NO_VALUES)
}

describe.each(ARTIFACTS)('$name', artifact => {
  testSideBySide(
    CASES.map(([name, use]) => [name, withPlace(artifact, { exported: FIRST }, use)] as const),
    PATIENCE_MS,
  )

  // By itself: to look through a memory takes this process, and with it every proxy, for a while.
  test(
    'the supervisor holds no value: after the start, ten polls and a restart',
    withPlace(artifact, { exported: FIRST, other: OTHER }, holdsNoValue),
    PATIENCE_MS,
  )
})

/** The process of this role that the supervisor has started, as soon as there is one. */
async function workerOf({ pid }: WatchedRun, role: 'resolver' | 'poller'): Promise<number> {
  const find = () => childrenOf(pid).find(child => isWorker(child, role))
  await waitFor(() => find() !== undefined, STEP_MS)
  return find() ?? 0
}
