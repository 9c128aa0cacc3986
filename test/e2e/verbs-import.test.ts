/** `import`: a file of plain values into stores, by the built program. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { parse } from 'dotenv'
import { findLeaks } from '../helpers/leaks.ts'
import { secwrap } from '../helpers/secwrap.ts'
import { createFolder, type Folder } from '../helpers/temporary-folder.ts'
import { VERB_STORES, type VerbStore } from '../helpers/verb-stores.ts'

const PLANTED = 'planted-imported-value'
const DOTENV = `# a comment
NODE_ENV=production
DB_PASSWORD="${PLANTED}$!"
export KEY='-----BEGIN-----
abc
-----END-----' # another
URL=postgres://app:x@db/app?a=b
PORT=0012
`

let stores: Readonly<Record<string, VerbStore>>
let folder: Folder

beforeAll(async () => {
  const names = Object.keys(VERB_STORES)
  const opened = await Promise.all(
    names.map(async name => [name, await (VERB_STORES[name] as () => Promise<VerbStore>)()] as const),
  )
  stores = Object.fromEntries(opened)
  folder = createFolder()
  folder.write('.env', DOTENV)
})

afterAll(async () => {
  folder[Symbol.dispose]()
  await Promise.all(Object.values(stores).map(store => store.stop()))
})

async function run(store: VerbStore | undefined, args: readonly string[], input = '') {
  const result = await secwrap(args, { cwd: folder.path, env: store?.env ?? {}, input })
  const said = args[0] === 'get' ? result.stderr : result.stdout + result.stderr
  expect(findLeaks([PLANTED], said)).toEqual([])
  return result
}

const EXPECTED = parse(DOTENV)

test.each(['ssm', 'secretsmanager', 'vault, version 2', 'vault, version 1'])(
  '%s: a secret each below a path, all together without one, and nothing the second time',
  async name => {
    const store = stores[name]
    const [path, single] = [`${store?.prefix}each/`, `${store?.prefix}all`]
    for (const to of [path, single]) {
      expect((await run(store, ['import', '.env', to, '--yes'])).stdout).toBe('5 written\n')
      expect((await run(store, ['import', '.env', to, '--yes'])).stdout).toBe('5 same\n')
    }
    const field = name.startsWith('vault') ? '#value' : ''
    for (const [key, value] of Object.entries(EXPECTED)) {
      expect((await run(store, ['get', `${path}${key}${field}`])).stdout).toBe(value)
      expect((await run(store, ['get', `${single}#${key}`])).stdout).toBe(value)
    }
  },
)

test('Key Vault: names with - for _', async () => {
  const store = stores.azurekv
  const { stdout } = await run(store, ['import', '.env', `${store?.prefix}`, '--yes'])
  expect(stdout).toBe('5 written\n')
  expect((await run(store, ['get', `${store?.prefix}DB-PASSWORD`])).stdout).toBe(EXPECTED.DB_PASSWORD)
})

test('a sealed file: made, and then added to', async () => {
  const store = stores.sops
  folder.write('more.yaml', 'MORE: 1.50\nPORT: "13"\n')
  const to = `sops://${folder.path}/all.sops.env`
  expect((await run(store, ['import', '.env', to, '--yes'])).stdout).toBe('5 written\n')
  const refused = await run(store, ['import', 'more.yaml', to, '--yes'])
  expect([refused.exitCode, refused.stderr]).toEqual([64, expect.stringContaining('#PORT has another value')])
  expect((await run(store, ['import', 'more.yaml', to, '--yes', '--overwrite'])).stdout).toBe('2 written\n')
  const values = await Promise.all(
    ['MORE', 'PORT', 'KEY'].map(async name => (await run(store, ['get', `${to}#${name}`])).stdout),
  )
  expect(values).toEqual(['1.50', '13', EXPECTED.KEY])
})

test('from standard input', async () => {
  const store = stores.ssm
  const to = `${store?.prefix}piped/`
  const { stdout } = await run(store, ['import', '-', to, '--yes', '--format', 'json'], '{"A":"x","N":1.0}')
  expect(stdout).toBe('2 written\n')
  expect((await run(store, ['get', `${to}N`])).stdout).toBe('1.0')
})

test('numbers that Vault would read as others are written as text', async () => {
  const store = stores['vault, version 2']
  folder.write('numbers.json', '{"n":12345678901234567890,"f":1.50,"port":5432}')
  const to = `${store?.prefix}numbers`
  await run(store, ['import', 'numbers.json', to, '--yes'])
  expect(JSON.parse((await run(store, ['get', to])).stdout)).toEqual({
    n: '12345678901234567890',
    f: '1.50',
    port: 5432,
  })
  expect((await run(store, ['import', 'numbers.json', to, '--yes'])).stdout).toBe('3 same\n')
})

test('a preview writes nothing and shows no value', async () => {
  const store = stores.ssm
  const to = `${store?.prefix}dry/`
  const { stdout } = await run(store, ['import', '.env', to, '--dry-run'])
  expect(stdout.split('\n')).toContain(`DB_PASSWORD\t${to}DB_PASSWORD\tnew`)
  expect((await run(store, ['list', to])).exitCode).toBe(66)
})

test('a file with mistakes: all of them, and nothing is written', async () => {
  const store = stores.ssm
  folder.write('bad.env', `A=1\nno entry\nA="${PLANTED}"\n`)
  const to = `${store?.prefix}bad/`
  const { exitCode, stdout, stderr } = await run(store, ['import', 'bad.env', to, '--yes'])
  expect([exitCode, stdout]).toEqual([65, ''])
  expect(stderr).toBe(`secwrap: error: bad.env:2: this line is not NAME=value [BAD_VALUE]
secwrap: hint: values of several lines go in quotes
secwrap: error: bad.env:3: A: A is set twice, first in line 1 [BAD_VALUE]
`)
  expect((await run(store, ['list', to])).exitCode).toBe(66)
})

test('names that the store can not have', async () => {
  const store = stores.ssm
  folder.write('names.json', '{"DB HOST":"x","fine":"y","a//b":"z"}')
  const { exitCode, stderr } = await run(store, ['import', 'names.json', `${store?.prefix}names/`, '--yes'])
  expect([exitCode, stderr.match(/can't have a secret of this name/g)?.length]).toEqual([65, 2])
})

test('what looks like a reference or a name is imported as text, with a warning', async () => {
  const store = stores.ssm
  folder.write('text.env', 'A=ssm:///x\nB=${A}\n')
  const to = `${store?.prefix}text/`
  const { stderr, exitCode } = await run(store, ['import', 'text.env', to, '--yes'])
  expect(exitCode).toBe(0)
  expect(stderr).toMatch(
    /text\.env:1: A: a reference is imported as text[\s\S]+text\.env:2: B: \$\{…\} is imported/,
  )
  expect((await run(store, ['get', `${to}B`])).stdout).toBe('${A}')
})

test.each([
  ['no target', ['import', '.env'], 'import takes a file and a reference'],
  ['a store that is only read', ['import', '.env', 'file:///tmp/x', '--yes'], 'only reads file://'],
  ['both', ['import', '.env', 'ssm:///x/', '--overwrite', '--skip-existing'], 'exclude each other'],
  ['an unknown format', ['import', '.env', 'ssm:///x/', '--format', 'toml'], '--format takes one of'],
])('bad usage: %s', async (_, args, text) => {
  const { exitCode, stderr } = await run(undefined, args)
  expect([exitCode, stderr]).toEqual([64, expect.stringContaining(text)])
})
