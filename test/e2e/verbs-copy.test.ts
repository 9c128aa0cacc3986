/** `copy` between real stores: what arrives, what is left alone, and what happens when something goes wrong half way. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Fault, type HttpProxy, type SeenRequest, startHttpProxy } from '../helpers/http-proxy.ts'
import { findLeaks } from '../helpers/leaks.ts'
import { BARE_ENVIRONMENT, COMPILED, secwrap } from '../helpers/secwrap.ts'
import { createFolder, type Folder } from '../helpers/temporary-folder.ts'
import { openTerminal } from '../helpers/terminal.ts'
import { VERB_STORES, type VerbStore } from '../helpers/verb-stores.ts'
import { openVault, type Vault } from '../integration/vault/store.ts'
import { uniqueName } from '../lab/index.ts'

const PLANTED = 'planted-copied-value'
const NAMES = Object.keys(VERB_STORES)

let stores: Readonly<Record<string, VerbStore>>
let env: Readonly<Record<string, string>> // of all stores together
let folder: Folder
let vault: Vault

beforeAll(async () => {
  const opened = await Promise.all(
    NAMES.map(async name => [name, await (VERB_STORES[name] as () => Promise<VerbStore>)()] as const),
  )
  stores = Object.fromEntries(opened)
  env = Object.assign({}, ...opened.map(([, store]) => store.env))
  folder = createFolder()
  vault = openVault()
})

afterAll(async () => {
  folder[Symbol.dispose]()
  await Promise.all(Object.values(stores).map(store => store.stop()))
})

async function run(args: readonly string[], more: Readonly<Record<string, string>> = {}, input = '') {
  const result = await secwrap(args, { cwd: folder.path, env: { ...env, ...more }, input })
  const said = args[0] === 'get' ? result.stderr : result.stdout + result.stderr
  expect(findLeaks([PLANTED], said)).toEqual([])
  return result
}

const copy = (from: string, to: string, ...flags: string[]) => run(['copy', from, to, '--yes', ...flags])
const get = async (ref: string) => (await run(['get', ref])).stdout

async function set(ref: string, value: string): Promise<void> {
  const { exitCode, stderr } = await run(['set', ref], {}, value)
  expect([exitCode, stderr]).toEqual([0, ''])
}

const TEXTS = {
  'text-a': PLANTED,
  'text-b': '-----BEGIN-----\nabc\n-----END-----\n',
  'text-c': `"quotes" $HOME 'é' 😀`,
  'text-d': '{"value":"a map that looks like a text in one"}',
  'text-e': '0012',
} as const

/** Below a path of Parameter Store, each name a text of its own. */
async function plant(prefix: string, texts: Readonly<Record<string, string>> = TEXTS): Promise<void> {
  for (const [name, text] of Object.entries(texts)) await set(prefix + name, text)
}

async function readAll(prefix: string): Promise<Readonly<Record<string, string>>> {
  const { stdout } = await run(['list', prefix])
  const refs = stdout.split('\n').filter(line => line.startsWith(prefix))
  const pairs = await Promise.all(refs.map(async ref => [ref.slice(prefix.length), await get(ref)] as const))
  return Object.fromEntries(pairs.sort(([a], [b]) => (a < b ? -1 : 1)))
}

const ssm = (name: string) => `${stores.ssm?.prefix}${uniqueName(name)}/`
const kv = (name: string) => `${stores['vault, version 2']?.prefix}${uniqueName(name)}/`

describe('from Parameter Store to every store and back', () => {
  test.each(NAMES.filter(name => name !== 'sops'))('%s: texts come back as they were', async name => {
    const [from, back] = [ssm('from'), ssm('back')]
    // Key Vault has no folders, so this test shares it with nobody.
    const there =
      name === 'azurekv' ? 'azurekv://lab-vault/' : `${stores[name]?.prefix}${uniqueName('there')}/`
    await plant(from)
    const written = await copy(from, there)
    expect([written.exitCode, written.stdout, written.stderr]).toEqual([0, '5 written\n', ''])
    expect((await copy(from, there)).stdout).toBe('5 same\n')
    expect((await copy(there, back)).stdout).toBe('5 written\n')
    expect(await readAll(back)).toEqual(TEXTS)
  })

  test.each(['yaml', 'json', 'env'])('a sealed file (%s): all in one, and back', async format => {
    const [from, back] = [ssm('from'), ssm('back')]
    const file = `sops://${folder.path}/copied.sops.${format}`
    await plant(from)
    expect((await copy(from, file)).stdout).toBe('5 written\n')
    expect((await copy(from, file)).stdout).toBe('5 same\n')
    expect((await copy(file, back)).stdout).toBe('5 written\n')
    expect(await readAll(back)).toEqual(TEXTS)
  })
})

test('after a copy the template needs nothing but another path', async () => {
  const [from, to] = [ssm('template'), kv('template')]
  await plant(from, { 'db/host': 'x', 'db/password': PLANTED, KEY: '-----BEGIN-----\nabc' })
  await set(`${from}api`, '{"user":"app","port":5432}')
  await copy(from, to)
  const environmentOf = async (wildcard: string) => {
    folder.write('.env.template', `*=${wildcard}\n`)
    const args = ['exec', '--pristine', '--', 'node', '-p', 'JSON.stringify(process.env)']
    const { stdout, stderr } = await secwrap(args, { cwd: folder.path, env })
    expect(stderr).toBe('')
    return JSON.parse(stdout) as Record<string, string>
  }
  const [before, after] = [await environmentOf(from), await environmentOf(to)]
  expect(before).toMatchObject({ DB_HOST: 'x', DB_PASSWORD: PLANTED, API: '{"user":"app","port":5432}' })
  // A map brings each of its fields, where a text that is JSON brings itself.
  const { API, ...others } = before
  expect(after).toEqual({ ...others, API_USER: 'app', API_PORT: '5432' })
})

test('one secret: whole, into a field, out of a field', async () => {
  const [from, to] = [ssm('one'), kv('one')]
  await set(`${from}map`, `{"user":"app","password":"${PLANTED}","port":5432}`)
  await set(`${from}text`, PLANTED)
  await copy(`${from}map`, `${to}map`)
  expect(JSON.parse(await get(`${to}map`))).toEqual({ user: 'app', password: PLANTED, port: 5432 })
  await copy(`${from}text`, `${to}text`)
  expect(await get(`${to}text`)).toBe(`{"value":"${PLANTED}"}`)
  await copy(`${from}text`, `${to}map#extra.deep`)
  expect(JSON.parse(await get(`${to}map`))).toMatchObject({ user: 'app', extra: { deep: PLANTED } })
  await copy(`${to}map#password`, `${from}password`)
  expect(await get(`${from}password`)).toBe(PLANTED)
})

test('a map is taken apart, and --map puts it together; other fields stay', async () => {
  const [from, to] = [kv('apart'), ssm('apart')]
  await set(`${from}app`, '{"user":"app","deep":{"port":5432},"none":null}')
  expect((await copy(`${from}app`, to)).stdout).toBe('2 written\n')
  expect(await readAll(to)).toEqual({ user: 'app', deep: '{"port":5432}' })
  const map = `${kv('together')}all`
  await set(map, '{"kept":"as it was","user":"another"}')
  const refused = await copy(to, map, '--map')
  expect([refused.exitCode, refused.stderr]).toEqual([64, expect.stringContaining('has another value')])
  expect((await copy(to, map, '--map', '--overwrite')).stdout).toBe('2 written\n')
  expect(JSON.parse(await get(map))).toEqual({ kept: 'as it was', user: 'app', deep: '{"port":5432}' })
})

test('below a path a secret stays a secret, with or without a / at the end of TO', async () => {
  const [from, to] = [ssm('slash'), kv('slash')]
  await plant(from, { 'db/host': 'x', 'db/port': 'y' })
  await copy(from, to.slice(0, -1))
  expect(await get(`${to}db/host#value`)).toBe('x')
  expect((await copy(from, to)).stdout).toBe('2 same\n')
})

test('--dry-run shows names and what would happen, and writes nothing', async () => {
  const [from, to] = [ssm('dry'), kv('dry')]
  await plant(from, { a: PLANTED, b: PLANTED, c: 'x' })
  await set(`${to}b#value`, 'another')
  await set(`${to}c#value`, 'x')
  const { stdout, exitCode } = await run(['copy', from, to, '--dry-run'])
  const row = (name: string, action: string) => `${from}${name}\t${to}${name}\t${action}`
  expect(stdout.trim().split('\n').sort()).toEqual([row('a', 'new'), row('b', 'change'), row('c', 'same')])
  expect(exitCode).toBe(0)
  const { stdout: json } = await run(['copy', from, to, '--dry-run', '--skip-existing', '--json'])
  const rows = JSON.parse(json) as { to: string; action: string }[]
  expect(rows.map(({ action }) => action).sort()).toEqual(['new', 'same', 'skip'])
  expect((await run(['list', to])).stdout.trim().split('\n').sort()).toEqual([`${to}b`, `${to}c`])
  expect(await get(`${to}b#value`)).toBe('another')
})

test('other values: refused, skipped or written over, as it is said', async () => {
  const [from, to] = [ssm('other'), kv('other')]
  await plant(from, { a: PLANTED, b: 'x' })
  await set(`${to}a#value`, 'another')
  const refused = await copy(from, to)
  expect([refused.exitCode, refused.stdout]).toEqual([64, ''])
  expect(refused.stderr).toContain(`${to}a has another value; nothing was written [BAD_USAGE]`)
  expect((await run(['get', `${to}b#value`])).exitCode).toBe(66)
  expect((await copy(from, to, '--skip-existing')).stdout).toBe('1 written, 1 skipped\n')
  expect(await get(`${to}a#value`)).toBe('another')
  expect((await copy(from, to, '--overwrite', '--json')).stdout).toContain('"written": 1')
  expect(await get(`${to}a#value`)).toBe(PLANTED)
})

describe('what can not be copied is told before anything is written', () => {
  test('two names that become one', async () => {
    const from = ssm('names')
    await plant(from, { 'same/name': 'x', 'same-name': 'y', fine: 'z' })
    const result = await copy(from, 'azurekv://lab-vault/')
    expect([result.exitCode, result.stdout]).toEqual([65, ''])
    expect(result.stderr).toMatch(/same.name and \S+same.name both become azurekv:\/\/lab-vault\/same-name/)
    expect((await run(['get', 'azurekv://lab-vault/fine'])).exitCode).toBe(66)
  })

  test('names that the store can not have, all of them', async () => {
    const [from, to] = [kv('names'), ssm('names')]
    await plant(from, { 'with blank#value': 'x', 'with:colon#value': 'y', 'fine#value': 'z' })
    const { exitCode, stderr } = await copy(from, to)
    expect([exitCode, stderr.match(/can't have a secret of this name/g)?.length]).toEqual([65, 2])
    expect((await run(['list', to])).exitCode).toBe(66)
  })

  test.each([
    ['a source that is not there', () => [ssm('nosuch'), kv('to')], 66, 'there is no secret at'],
    ['a secret that is not there', () => [`${ssm('nosuch')}x`, `${kv('to')}x`], 66, 'does not exist'],
    ['a text that is to be taken apart', () => [`${stores.ssm?.prefix}plain`, kv('to')], 65, 'no fields'],
    ['a target that is only read', () => [`${stores.ssm?.prefix}plain`, 'file:///tmp/x'], 64, 'only reads'],
    ['a folder of sealed files', () => [ssm('x'), `sops://${folder.path}/`], 64, 'needs its name'],
    ['a field of many', () => [ssm('x'), `${kv('x')}#a`], 64, 'has no fields'],
    [
      'a version',
      () => [`${stores.ssm?.prefix}plain`, `${kv('x')}a?version=1`],
      64,
      "can't be written again",
    ],
  ])('%s', async (_, refs, code, text) => {
    await set(`${stores.ssm?.prefix}plain`, 'plain text')
    const [from = '', to = ''] = refs()
    const { exitCode, stdout, stderr } = await copy(from, to)
    expect([exitCode, stdout, stderr]).toEqual([code, '', expect.stringContaining(text)])
  })

  test('no terminal and no --yes', async () => {
    const { exitCode, stderr } = await run(['copy', ssm('x'), kv('x')])
    expect([exitCode, stderr]).toEqual([64, expect.stringContaining('no terminal to ask at')])
  })

  test.each([
    ['read', () => ({ ...stores.ssm?.nobody })],
    ['write', () => ({ ...stores['vault, version 2']?.nobody })],
  ])('no right to %s', async (_, nobody) => {
    const [from, to] = [ssm('forbidden'), kv('forbidden')]
    await plant(from, { a: PLANTED })
    const { exitCode, stdout } = await run(['copy', from, to, '--yes'], nobody())
    expect([exitCode, stdout]).toEqual([77, ''])
    expect((await run(['list', to])).exitCode).toBe(66)
  })
})

describe('when it goes wrong half way', () => {
  const COUNT = 150 // more than are written side by side
  const texts = Object.fromEntries(
    Array.from({ length: COUNT }, (_, index) => [`n${index}`, `${PLANTED} ${index}`]),
  )
  let from: string
  let proxy: HttpProxy

  beforeAll(async () => {
    folder.write('many.json', JSON.stringify(texts))
    from = ssm('half')
    await run(['import', 'many.json', from, '--yes'])
    proxy = await startHttpProxy(vault.address)
  })

  afterAll(() => proxy.stop())

  /** Faults for writes only, counted from 1. */
  function onWrites(fault: (count: number, request: SeenRequest) => Fault | undefined): void {
    let count = 0
    proxy.fault = request => {
      const isWrite = request.method === 'POST' && request.path.includes('/data/')
      return isWrite ? fault(++count, request) : undefined
    }
  }

  const through = (to: string, ...flags: string[]) =>
    run(['copy', from, to, '--yes', ...flags], { VAULT_ADDR: proxy.address })

  /** Runs it again, without a fault; afterwards every secret is there, and was written once. */
  async function finish(to: string): Promise<void> {
    proxy.fault = () => undefined
    const { exitCode, stderr } = await through(to)
    expect([exitCode, stderr]).toEqual([0, ''])
    const path = to.slice('vault://'.length).replace('/', '/data/')
    const found = await Promise.all(Object.keys(texts).map(name => vault.call('GET', path + name)))
    const kept = found.map(({ data }) => data as { data: { value: string }; metadata: { version: number } })
    expect(kept.map(({ data }) => data.value)).toEqual(Object.values(texts))
    expect(new Set(kept.map(({ metadata }) => metadata.version))).toEqual(new Set([1]))
  }

  test('the store goes away: what was done is said, and running again finishes', async () => {
    const to = kv('away')
    onWrites(count => (count > 15 ? { kind: 'answer', status: 503, body: '{"errors":[]}' } : undefined))
    const { exitCode, stdout, stderr } = await through(to)
    expect(exitCode).toBe(69)
    expect(stdout).toMatch(/^15 written, \d+ failed, \d+ left\n$/)
    expect(stderr.match(/UNAVAILABLE/g)).toEqual(['UNAVAILABLE'])
    await finish(to)
  })

  test('answers are lost after the value arrived: nothing is written twice', async () => {
    const to = kv('lost')
    onWrites(count => (count % 3 === 0 ? { kind: 'cut' } : undefined))
    const { exitCode, stdout } = await through(to)
    expect([exitCode, stdout]).toEqual([0, `${COUNT} written\n`])
    await finish(to)
  })

  test('a store that limits the rate is waited for', async () => {
    const to = kv('throttled')
    onWrites(count => (count % 2 === 0 ? { kind: 'answer', status: 429, body: '{"errors":[]}' } : undefined))
    const { exitCode, stdout } = await through(to)
    expect([exitCode, stdout]).toEqual([0, `${COUNT} written\n`])
    await finish(to)
  })

  test('a store that says nothing any more: ended after --timeout', async () => {
    const to = kv('silent')
    onWrites(count => (count > 5 ? { kind: 'hang' } : undefined))
    const { exitCode, stdout } = await through(to, '--timeout', '1')
    expect([exitCode, stdout]).toEqual([75, expect.stringMatching(/^5 written, \d+ failed, \d+ left\n$/)])
    await finish(to)
  })

  test('somebody else writes in between: their value stays, and the others are written', async () => {
    const to = kv('between')
    const taken = `${to}n149`.slice('vault://'.length).replace('/', '/data/')
    let isTaken: Promise<unknown> | undefined
    onWrites(() => {
      isTaken ??= vault.call('POST', taken, { data: { value: 'theirs' } })
      return { kind: 'late', delayMs: 300 }
    })
    const { exitCode, stdout, stderr } = await through(to)
    await isTaken
    expect([exitCode, stdout]).toEqual([75, `${COUNT - 1} written, 1 failed\n`])
    expect(stderr).toContain(`${to}n149: was changed by somebody else in between [CONFLICT]`)
    expect(await get(`${to}n149#value`)).toBe('theirs')
  })

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    '%s: what is under way is finished, and running again writes the rest',
    async (signal, code) => {
      const to = kv('stopped')
      let child: ChildProcess | undefined
      onWrites(count => {
        if (count === 3) child?.kill(signal)
        return { kind: 'late', delayMs: 100 }
      })
      child = spawn(COMPILED.argv[0] ?? '', ['copy', from, to, '--yes'], {
        env: { ...BARE_ENVIRONMENT, ...env, VAULT_ADDR: proxy.address },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      const said = collect(child)
      const [exitCode, endedBy] = (await once(child, 'close')) as [number | null, string | null]
      expect([exitCode, endedBy]).toEqual([code, null])
      const [, written, left] = /^(\d+) written, (\d+) left\n/m.exec(said()) ?? []
      expect(Number(written) + Number(left)).toBe(COUNT)
      expect(said()).toContain(`stopped by ${signal}`)
      expect(findLeaks([PLANTED], said())).toEqual([])
      await finish(to)
    },
  )
})

function collect({ stdout, stderr }: ChildProcess): () => string {
  const chunks: Buffer[] = []
  for (const stream of [stdout, stderr]) stream?.on('data', (chunk: Buffer) => chunks.push(chunk))
  return () => Buffer.concat(chunks).toString()
}

describe('at a terminal', () => {
  async function open(...flags: string[]) {
    const [from, to] = [ssm('terminal'), kv('terminal')]
    await plant(from, { a: PLANTED, b: 'x' })
    await set(`${to}b#value`, 'another')
    const argv = [...COMPILED.argv, 'copy', from, to, ...flags]
    return { to, terminal: openTerminal(argv, folder.path, { ...env, TERM: 'xterm' }) }
  }

  test('a preview of names, a question, a bar', async () => {
    const { to, terminal } = await open()
    await terminal.expect(/FROM +TO +ACTION/)
    await terminal.expect(/1 new, 1 with another value/)
    await terminal.expect(/write this\? \[y\/N\] /)
    terminal.type('y\r')
    await terminal.expect(/\[=*>? *\] \d of 2 secrets written/)
    await terminal.expect(/2 written/)
    expect((await terminal.end).exitCode).toBe(0)
    expect(findLeaks([PLANTED], terminal.shown())).toEqual([])
    expect(await get(`${to}b#value`)).toBe('x')
  })

  test('the time that somebody takes to answer does not count', async () => {
    const { to, terminal } = await open('--timeout', '1')
    await terminal.expect(/write this\? \[y\/N\] /)
    await new Promise(resolve => setTimeout(resolve, 1_500))
    terminal.type('y\r')
    await terminal.expect(/2 written/)
    expect((await terminal.end).exitCode).toBe(0)
    expect(await get(`${to}b#value`)).toBe('x')
  })

  test('no: nothing is written', async () => {
    const { to, terminal } = await open()
    await terminal.expect(/write this\? \[y\/N\] /)
    terminal.type('\r')
    await terminal.expect(/nothing was written/)
    expect((await terminal.end).exitCode).toBe(1)
    expect((await run(['get', `${to}a#value`])).exitCode).toBe(66)
  })

  test('without a terminal there is no bar', async () => {
    const [from, to] = [ssm('bar'), kv('bar')]
    await plant(from, { a: PLANTED })
    const { stdout, stderr } = await run(['copy', from, to, '--yes'], { TERM: 'xterm' })
    expect([stdout, stderr]).toEqual(['1 written\n', ''])
  })
})
