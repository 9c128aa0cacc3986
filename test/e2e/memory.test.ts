/** After exec a value is in the command's environment and nowhere else. */
import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, readdirSync, readFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { constants } from 'node:os'
import { describe, expect, test } from '@jest/globals'
import { findInMemory } from '../helpers/memory.ts'
import { ARTIFACTS, BARE_ENVIRONMENT, COMPILED, run } from '../helpers/secwrap.ts'
import { createFolder, type Folder } from '../helpers/temporary-folder.ts'

// sleep(1) keeps no copy of its environment: what is found elsewhere than on the stack is ours.
const COMMAND = ['sleep', '60']

/** Starts a program and waits until it has become `sleep`. */
async function startSleep(argv: readonly string[], cwd: string) {
  const [file = '', ...args] = argv
  const child = spawn(file, args, { cwd, env: { ...BARE_ENVIRONMENT }, stdio: 'ignore' })
  const { pid = 0 } = child
  const ended = new Promise(done => child.on('exit', done))
  await waitFor(() => [pid, ...childrenOf(pid)].some(isAsleep))
  return {
    pid,
    async [Symbol.asyncDispose]() {
      for (const each of [...childrenOf(pid), pid]) spawnSync('kill', ['-9', String(each)])
      await ended
    },
  }
}

/** It has become the command and waits: while it still becomes it, its stack has no name yet. */
function isAsleep(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1').includes(' (sleep) S ')
  } catch {
    return false // a child of the package's shell, gone in the meantime
  }
}

function childrenOf(pid: number): readonly number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1')
  return text.split(' ').filter(Boolean).map(Number)
}

async function waitFor(isTrue: () => boolean): Promise<void> {
  const end = Date.now() + 10_000
  while (!isTrue()) {
    if (Date.now() > end) throw new Error('the command did not start')
    await new Promise(done => setTimeout(done, 10))
  }
}

describe.each(ARTIFACTS)('$name', ({ argv }) => {
  test("a value is found once: in the environment that the kernel laid on the command's stack", async () => {
    using folder = createFolder()
    const [whole, field] = [randomBytes(24).toString('hex'), randomBytes(24).toString('hex')]
    folder.write('whole', `${whole}\n`)
    folder.write('map.json', JSON.stringify({ field, other: 'x' }))
    folder.write('.env.template', 'A=file://./whole\nB="url://u:${file://./map.json#field|urlencode}@h"\n')
    await using running = await startSleep([...argv, 'exec', '--', ...COMMAND], folder.path)
    for (const value of [whole, field]) {
      expect(findInMemory(running.pid, Buffer.from(value))).toEqual([{ region: '[stack]', count: 1 }])
    }
    expect(readdirSync(`/proc/${running.pid}/task`)).toHaveLength(1)
    expect(childrenOf(running.pid)).toEqual([])
  })
})

test('the scan finds a launcher that stays beside its command and keeps the value', async () => {
  const value = randomBytes(24).toString('hex')
  const launcher = `
    const value = Buffer.from('${Buffer.from(value).toString('base64')}', 'base64').toString()
    require('node:child_process').spawn('sleep', ['60'], { env: { ...process.env, A: value } })`
  await using running = await startSleep(['node', '-e', launcher], '/')
  expect(findInMemory(running.pid, Buffer.from(value))).not.toEqual([])
})

test('no descriptor, mapping or shared memory of the resolver is left', async () => {
  using folder = createFolder()
  const value = randomBytes(24).toString('hex')
  folder.write('value', value)
  folder.write('.env.template', 'A=file://./value')
  await using running = await startSleep([...COMPILED.argv, 'exec', '--', ...COMMAND], folder.path)
  await using direct = await startSleep(COMMAND, folder.path)
  expect(readdirSync(`/proc/${running.pid}/fd`)).toEqual(readdirSync(`/proc/${direct.pid}/fd`))
  const maps = readFileSync(`/proc/${running.pid}/maps`, 'utf8')
  expect(maps).not.toContain('secwrap')
  expect(maps).not.toContain('(deleted)')
})

describe('while secrets are read', () => {
  // Root may look into every process, so these are somebody else's where that can be.
  const user = process.getuid?.() === 0 ? { user: 65_534 } : {}
  const reads = (pid: number, file: string) => run(['cat', `/proc/${pid}/${file}`], user)

  /** Starts secwrap with a store that takes the connection and never answers. */
  async function startResolving(folder: Folder) {
    const store = createServer(() => {}).listen(0, '127.0.0.1')
    const connected = once(store, 'connection')
    await once(store, 'listening')
    const { port } = store.address() as AddressInfo
    folder.write('.env.template', 'A=vault://secret/x#y\n', 0o644)
    chmodSync(folder.path, 0o755)
    const env = { ...BARE_ENVIRONMENT, VAULT_ADDR: `http://127.0.0.1:${port}`, VAULT_TOKEN: 'planted-token' }
    const [file = '', ...args] = [...COMPILED.argv, 'exec', '--', ...COMMAND]
    const options = user.user === undefined ? {} : { uid: user.user, gid: user.user }
    const child = spawn(file, args, { cwd: folder.path, env, stdio: 'ignore', ...options })
    const ended = once(child, 'exit')
    const [socket] = (await connected) as [Socket]
    return {
      child,
      ended,
      async [Symbol.asyncDispose]() {
        child.kill('SIGKILL')
        await ended
        socket.destroy()
        store.close()
      },
    }
  }

  test('no process of the same user can read the memory or the environment', async () => {
    using folder = createFolder()
    await using resolving = await startResolving(folder)
    const { pid = 0 } = resolving.child
    for (const file of ['environ', 'maps', 'mem']) {
      expect((await reads(pid, file)).stderr).toContain('Permission denied')
    }
  })

  test('which it can for a program that does not guard itself', async () => {
    const child = spawn('sleep', ['60'], user.user === undefined ? {} : { uid: user.user, gid: user.user })
    const ended = once(child, 'exit')
    await waitFor(() => readFileSync(`/proc/${child.pid}/comm`, 'latin1') === 'sleep\n')
    expect((await reads(child.pid ?? 0, 'maps')).exitCode).toBe(0)
    child.kill('SIGKILL')
    await ended
  })

  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('%s ends it at once, and nothing is started', async (name, status) => {
    using folder = createFolder()
    await using resolving = await startResolving(folder)
    resolving.child.kill(name)
    const [code, signal] = (await resolving.ended) as [number | null, NodeJS.Signals | null]
    expect(code ?? 128 + (constants.signals[signal ?? 'SIGKILL'] ?? 0)).toBe(status)
  })
})
