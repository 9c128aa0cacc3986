/** `exec --watch` against a real Vault: what its faults do to the command, and that the supervisor holds no value. */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Fault, type HttpProxy, startHttpProxy } from '../helpers/http-proxy.ts'
import { findLeaks } from '../helpers/leaks.ts'
import { findInMemory } from '../helpers/memory.ts'
import { readMemoryFiles } from '../helpers/memory-files.ts'
import { ARTIFACTS } from '../helpers/secwrap.ts'
import { createFolder, type Folder } from '../helpers/temporary-folder.ts'
import { childrenOf, isAlive, startWatch, type WatchedRun, waitFor } from '../helpers/watched-run.ts'
import { callOpenBao, openLab, uniqueName } from '../lab/index.ts'

const lab = openLab()
const FAST = ['--interval', '0.2', '--debounce', '0.05']
const COMMAND = ['sh', '-c', 'echo "value $A pid $$ end"; exec sleep 60']
const STARTED = /value (\S+) pid (\d+) end/

let vault: HttpProxy
beforeAll(async () => {
  vault = await startHttpProxy(lab.openbao.address)
})
afterAll(() => vault.stop())

function createValue(): string {
  return randomBytes(18).toString('hex')
}

/** A secret of its own in Vault, a template that reads it, and an environment with a token. */
async function createSecret(
  values: object,
): Promise<{ folder: Folder; put(next: object): Promise<void>; env: Env }> {
  const path = uniqueName('watch')
  const put = async (data: object) => {
    await callOpenBao(lab.openbao, 'POST', `secret/data/${path}`, { data })
  }
  await put(values)
  const folder = createFolder()
  folder.write('.env.template', `A=vault://secret/${path}#exported\n`)
  const { auth } = (await callOpenBao(lab.openbao, 'POST', 'auth/token/create', {})) as Token
  return { folder, put, env: { VAULT_ADDR: vault.address, VAULT_TOKEN: auth.client_token } }
}
type Env = Readonly<Record<'VAULT_ADDR' | 'VAULT_TOKEN', string>>
type Token = { readonly auth: { readonly client_token: string } }

/** Waits until the store was asked so many times more. */
async function polls(count: number): Promise<void> {
  const enough = vault.requests.length + count
  await waitFor(() => vault.requests.length >= enough)
}

const FAULTS: readonly [string, () => Fault][] = [
  ['it refuses', () => ({ kind: 'answer', status: 403, body: '{"errors":["permission denied"]}' })],
  ['it fails', () => ({ kind: 'answer', status: 500, body: '{"errors":["internal error"]}' })],
  ['it throttles', () => ({ kind: 'answer', status: 429, body: '{"errors":["request path quota"]}' })],
  ['its answer is no JSON', () => ({ kind: 'answer', status: 200, body: '<html>' })],
  ['its answer is cut off', () => ({ kind: 'cut' })],
  ['it says nothing', () => ({ kind: 'hang' })],
]

describe.each(ARTIFACTS)('$name', artifact => {
  test.each(FAULTS)('the store is in trouble: %s', async (_, fault) => {
    const [first, second] = [createValue(), createValue()]
    const { folder, put, env } = await createSecret({ exported: first })
    using _folder = folder
    vault.fault = () => undefined
    const flags = [...FAST, '--timeout', '3']
    await using run = startWatch({ artifact, cwd: folder.path, env, flags, command: COMMAND })
    const [, value, pid] = await run.says(STARTED)
    expect(value).toBe(first)
    vault.fault = fault
    await run.says(/secwrap: warn: .*: since \S+Z the command runs with what was read before\n/)
    expect(isAlive(Number(pid))).toBe(true)
    await put({ exported: second })
    vault.fault = () => undefined
    await run.says(/secwrap: warn: all secrets can be read again, after [\d.]+ s\n/)
    expect((await run.says(STARTED))[1]).toBe(second)
    const ours = run.output().replaceAll(/value .* end/g, '')
    expect(findLeaks([first, second, env.VAULT_TOKEN], ours)).toEqual([])
  })

  test('a restart waits for the store, and the command keeps running', async () => {
    const { folder, put, env } = await createSecret({ exported: 'one' })
    using _folder = folder
    vault.fault = () => undefined
    const flags = [...FAST, '--debounce', '1', '--timeout', '3']
    await using run = startWatch({
      artifact,
      cwd: folder.path,
      env,
      flags: [...flags, '--log-level', 'info'],
      command: COMMAND,
    })
    const [, , pid] = await run.says(STARTED)
    await put({ exported: 'two' })
    await run.says(/secwrap: info: changed/)
    vault.fault = () => ({ kind: 'answer', status: 503, body: '{"errors":["Vault is sealed"]}' })
    await run.says(/no restart, as not all secrets could be read: the command keeps running with what it has/)
    expect(isAlive(Number(pid))).toBe(true)
    vault.fault = () => undefined
    expect((await run.says(STARTED))[1]).toBe('two')
  })

  test('a resolver that is killed: the first start ends by the same signal, a restart is tried again', async () => {
    const { folder, put, env } = await createSecret({ exported: 'one' })
    using _folder = folder
    vault.fault = () => ({ kind: 'hang' })
    await using first = startWatch({ artifact, cwd: folder.path, env, flags: FAST, command: COMMAND })
    await polls(1)
    process.kill(childrenOf(first.pid)[0] ?? 0, 'SIGKILL')
    expect(await first.end).toEqual([null, 'SIGKILL'])

    vault.fault = () => undefined
    await using run = startWatch({
      artifact,
      cwd: folder.path,
      env,
      flags: [...FAST, '--debounce', '1', '--log-level', 'info'],
      command: COMMAND,
    })
    const [, , pid] = await run.says(STARTED)
    await put({ exported: 'two' })
    await run.says(/secwrap: info: changed/)
    vault.fault = () => ({ kind: 'hang' })
    await killOthers(run, Number(pid))
    await run.says(/no restart, as not all secrets could be read/)
    vault.fault = () => undefined
    expect((await run.says(STARTED))[1]).toBe('two')
  })

  test('a poller that hangs is killed, and the command keeps running', async () => {
    const { folder, env } = await createSecret({ exported: 'one' })
    using _folder = folder
    vault.fault = () => undefined
    const flags = [...FAST, '--timeout', '2']
    await using run = startWatch({ artifact, cwd: folder.path, env, flags, command: COMMAND })
    const [, , pid] = await run.says(STARTED)
    vault.fault = () => ({ kind: 'hang' })
    const pollers = () => childrenOf(run.pid).filter(child => isStage(child, 'poller'))
    await waitFor(() => pollers().length > 0)
    for (const poller of pollers()) process.kill(poller, 'SIGSTOP')
    await run.says(/secwrap: warn: the poller did not end in time: it is killed\n/)
    await run.says(/secwrap: warn: the secrets could not be looked at: since/)
    expect(isAlive(Number(pid))).toBe(true)
    vault.fault = () => undefined
    await run.says(/all secrets can be read again/)
  })

  test('the supervisor holds no value: after the start, ten polls and a restart', async () => {
    const planted = { exported: createValue(), other: createValue() }
    const { folder, put, env } = await createSecret(planted)
    using _folder = folder
    vault.fault = () => undefined
    const file = createValue()
    folder.write('file', file)
    folder.write('.env.template', `${readFileSync(`${folder.path}/.env.template`, 'utf8')}F=file://./file\n`)
    await using run = startWatch({ artifact, cwd: folder.path, env, flags: FAST, command: COMMAND })
    const [, , pid] = await run.says(STARTED)
    const values = [planted.exported, planted.other, file, env.VAULT_TOKEN]
    expect(values.map(value => scan(run.pid, value))).toEqual(values.map(() => NOTHING))
    expect(readMemoryFiles(run.pid)).toContain(env.VAULT_TOKEN) // where the token is, so it was there to be found
    expect(
      [planted.exported, file].map(value => findInMemory(Number(pid), Buffer.from(value)).length),
    ).toEqual([1, 1])
    await polls(20) // two requests each
    const next = { exported: createValue(), other: createValue() }
    await put(next)
    await run.says(STARTED)
    await polls(2)
    const all = [...values, next.exported, next.other]
    expect(all.map(value => scan(run.pid, value))).toEqual(all.map(() => NOTHING))
  })
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
  await waitFor(() => others().length > 0)
  for (const pid of others()) process.kill(pid, 'SIGKILL')
}

function isStage(pid: number, stage: 'resolver' | 'poller'): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`SECWRAP_STAGE=${stage}`)
  } catch {
    return false
  }
}
