/** `exec --watch` against a real Vault: what its faults do to the command, and that the supervisor holds no value. */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { type Fault, type HttpProxy, startHttpProxy } from '../helpers/http-proxy.ts'
import { findLeaks } from '../helpers/leaks.ts'
import { findInMemory } from '../helpers/memory.ts'
import { readMemoryFiles } from '../helpers/memory-files.ts'
import { ARTIFACTS, type Artifact } from '../helpers/secwrap.ts'
import { testSideBySide } from '../helpers/side-by-side.ts'
import { createFolder, type Folder } from '../helpers/temporary-folder.ts'
import { childrenOf, isAlive, startWatch, type WatchedRun, waitFor } from '../helpers/watched-run.ts'
import { callOpenBao, openLab, uniqueName } from '../lab/index.ts'

const lab = openLab()
const [PATIENCE_MS, STEP_MS] = [90_000, 30_000]
const FAST = ['--interval', '0.2', '--debounce', '0.05']
const COMMAND = ['sh', '-c', 'echo "value $A pid $$ end"; exec sleep 60']
const STARTED = /value (\S+) pid (\d+) end/

function createValue(): string {
  return randomBytes(18).toString('hex')
}

const [FIRST, OTHER] = [createValue(), createValue()]

interface Place {
  readonly vault: HttpProxy
  readonly folder: Folder
  readonly token: string
  put(next: object): Promise<void>
  start(flags?: readonly string[]): WatchedRun
}

/** A secret of its own in Vault to each case, a template that reads it, a token, and a proxy that can fail. */
function withPlace(artifact: Artifact, values: object, use: (place: Place) => Promise<void>) {
  return async () => {
    const path = uniqueName('watch')
    const put = async (data: object) => {
      await callOpenBao(lab.openbao, 'POST', `secret/data/${path}`, { data })
    }
    await put(values)
    await using vault = await startHttpProxy(lab.openbao.address)
    using folder = createFolder()
    folder.write('.env.template', `A=vault://secret/${path}#exported\n`)
    const { auth } = (await callOpenBao(lab.openbao, 'POST', 'auth/token/create', {})) as Token
    const token = auth.client_token
    const env = { VAULT_ADDR: vault.address, VAULT_TOKEN: token }
    const start: Place['start'] = (flags = []) =>
      startWatch({
        artifact,
        cwd: folder.path,
        env,
        flags: [...FAST, ...flags],
        command: COMMAND,
        patienceMs: STEP_MS,
      })
    await use({ vault, folder, token, put, start })
  }
}
type Token = { readonly auth: { readonly client_token: string } }

/** Waits until the store was asked so many times more. */
async function polls(vault: HttpProxy, count: number): Promise<void> {
  const enough = vault.requests.length + count
  await waitFor(() => vault.requests.length >= enough, STEP_MS)
}

const FAULTS: readonly [string, () => Fault][] = [
  ['it refuses', () => ({ kind: 'answer', status: 403, body: '{"errors":["permission denied"]}' })],
  ['it fails', () => ({ kind: 'answer', status: 500, body: '{"errors":["internal error"]}' })],
  ['it throttles', () => ({ kind: 'answer', status: 429, body: '{"errors":["request path quota"]}' })],
  ['its answer is no JSON', () => ({ kind: 'answer', status: 200, body: '<html>' })],
  ['its answer is cut off', () => ({ kind: 'cut' })],
  ['it says nothing', () => ({ kind: 'hang' })],
]

function runsThrough(fault: () => Fault): Case {
  return async ({ vault, token, put, start }) => {
    const second = createValue()
    await using run = start(['--timeout', '3'])
    const [, value, pid] = await run.says(STARTED)
    expect(value).toBe(FIRST)
    vault.fault = fault
    await run.says(/secwrap: warn: .*: since \S+Z the command runs with what was read before\n/)
    expect(isAlive(Number(pid))).toBe(true)
    await put({ exported: second })
    vault.fault = () => undefined
    await run.says(/secwrap: warn: all secrets can be read again, after [\d.]+ s\n/)
    expect((await run.says(STARTED))[1]).toBe(second)
    const ours = run.output().replaceAll(/value .* end/g, '')
    expect(findLeaks([FIRST, second, token], ours)).toEqual([])
  }
}

/** From the look that sees a change until the resolver starts there is time to break the store. */
const LATER = ['--debounce', '2', '--log-level', 'info']

type Case = (place: Place) => Promise<void>
const CASES: readonly (readonly [string, Case])[] = [
  ...FAULTS.map(([name, fault]) => [`the store is in trouble: ${name}`, runsThrough(fault)] as const),
  [
    'a restart waits for the store, and the command keeps running',
    async ({ vault, put, start }) => {
      await using run = start([...LATER, '--timeout', '3'])
      const [, , pid] = await run.says(STARTED)
      await put({ exported: 'two' })
      await run.says(/secwrap: info: changed/)
      vault.fault = () => ({ kind: 'answer', status: 503, body: '{"errors":["Vault is sealed"]}' })
      await run.says(
        /no restart, as not all secrets could be read: the command keeps running with what it has/,
      )
      expect(isAlive(Number(pid))).toBe(true)
      vault.fault = () => undefined
      expect((await run.says(STARTED))[1]).toBe('two')
    },
  ],
  [
    'a resolver that is killed: the first start ends by the same signal, a restart is tried again',
    async ({ vault, put, start }) => {
      vault.fault = () => ({ kind: 'hang' })
      await using first = start()
      await polls(vault, 1)
      process.kill(childrenOf(first.pid)[0] ?? 0, 'SIGKILL')
      expect(await first.end).toEqual([null, 'SIGKILL'])

      vault.fault = () => undefined
      await using run = start(LATER)
      const [, , pid] = await run.says(STARTED)
      await put({ exported: 'two' })
      await run.says(/secwrap: info: changed/)
      vault.fault = () => ({ kind: 'hang' })
      await killOthers(run, Number(pid))
      await run.says(/no restart, as not all secrets could be read/)
      vault.fault = () => undefined
      expect((await run.says(STARTED))[1]).toBe('two')
    },
  ],
  [
    'a poller that hangs is killed, and the command keeps running',
    async ({ vault, start }) => {
      await using run = start(['--timeout', '2'])
      const [, , pid] = await run.says(STARTED)
      vault.fault = () => ({ kind: 'hang' })
      const pollers = () => childrenOf(run.pid).filter(child => isStage(child, 'poller'))
      await waitFor(() => pollers().length > 0, STEP_MS)
      for (const poller of pollers()) process.kill(poller, 'SIGSTOP')
      await run.says(/secwrap: warn: the poller did not end in time: it is killed\n/)
      await run.says(/secwrap: warn: the secrets could not be looked at: since/)
      expect(isAlive(Number(pid))).toBe(true)
      vault.fault = () => undefined
      await run.says(/all secrets can be read again/)
    },
  ],
]

async function holdsNoValue({ vault, folder, token, put, start }: Place): Promise<void> {
  const file = createValue()
  folder.write('file', file)
  folder.write('.env.template', `${readFileSync(`${folder.path}/.env.template`, 'utf8')}F=file://./file\n`)
  await using run = start()
  const [, , pid] = await run.says(STARTED)
  const values = [FIRST, OTHER, file, token]
  expect(values.map(value => scan(run.pid, value))).toEqual(values.map(() => NOTHING))
  expect(readMemoryFiles(run.pid)).toContain(token) // where the token is, so it was there to be found
  expect([FIRST, file].map(value => findInMemory(Number(pid), Buffer.from(value)).length)).toEqual([1, 1])
  await polls(vault, 20) // two requests each
  const next = { exported: createValue(), other: createValue() }
  await put(next)
  await run.says(STARTED)
  await polls(vault, 2)
  const all = [...values, next.exported, next.other]
  expect(all.map(value => scan(run.pid, value))).toEqual(all.map(() => NOTHING))
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

// Root may look; for everybody else the process is closed.
const NOTHING = process.getuid?.() === 0 ? [] : 'EACCES'

function scan(pid: number, value: string): unknown {
  try {
    return findInMemory(pid, Buffer.from(value))
  } catch (error) {
    return (error as { code?: string }).code
  }
}

/** Kills what the supervisor has started beside the command, as soon as there is something. */
async function killOthers(run: WatchedRun, command: number): Promise<void> {
  const others = () => childrenOf(run.pid).filter(pid => pid !== command && isStage(pid, 'resolver'))
  await waitFor(() => others().length > 0, STEP_MS)
  for (const pid of others()) process.kill(pid, 'SIGKILL')
}

function isStage(pid: number, stage: 'resolver' | 'poller'): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`SECWRAP_STAGE=${stage}`)
  } catch {
    return false
  }
}
