/** `set`, `list`, `delete`, `history` and `rollback` on every writable store, by the built program. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { findLeaks } from '../helpers/leaks.ts'
import { ARTIFACTS, PACKAGE, type RunOptions, secwrap } from '../helpers/secwrap.ts'
import { createFolder } from '../helpers/temporary-folder.ts'
import { VERB_STORES, type VerbStore } from '../helpers/verb-stores.ts'

const PLANTED = 'planted-value-8Kx!$%'
const FIRST = 'planted-first-value'

describe.each(Object.keys(VERB_STORES))('%s', name => {
  let store: VerbStore

  beforeAll(async () => {
    store = await (VERB_STORES[name] as () => Promise<VerbStore>)()
  })

  afterAll(() => store.stop())

  /** Runs a verb, and finds no planted value in what it says; `get` alone may print one. */
  async function run(args: readonly string[], input = '', options: RunOptions = {}) {
    const result = await secwrap([...args, '--timeout', '20'], { env: store.env, input, ...options })
    const said = args[0] === 'get' ? result.stderr : result.stdout + result.stderr
    expect(findLeaks([PLANTED, FIRST, ...store.credentials], said)).toEqual([])
    return { ...result, outcome: [result.exitCode, result.stdout, result.stderr] }
  }

  async function set(ref: string, value: string, ...flags: string[]): Promise<string> {
    const { stdout, stderr, exitCode } = await run(['set', ref, ...flags], value)
    expect([exitCode, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/ written(, version \S+)?\n$/)
    return / version (\S+)/.exec(stdout)?.[1] ?? ''
  }

  const get = async (ref: string) => (await run(['get', ref])).stdout

  test.each([
    ['a word', PLANTED],
    ['several lines', '-----BEGIN-----\nabc\n\n-----END-----\n'],
    ['quotes and dollars', `it's "$HOME" \`x\` \\ #no comment`],
    ['UTF-8', 'pässwörd 秘密 😀'],
    ['blanks at both ends', '  a b  '],
    ['a number', '0012'],
    ['JSON', '{"a": 1.0}'],
  ])('what was set is what get prints: %s', async (_, value) => {
    await set(store.ref('shapes'), value)
    expect(await get(store.ref('shapes'))).toBe(value)
  })

  test('a version a write; the same value can be skipped', async () => {
    const ref = store.ref('skipped')
    const first = await set(ref, FIRST)
    expect((await run(['set', ref, '--skip-unchanged'], FIRST)).outcome).toEqual([
      0,
      `${ref} unchanged${first && `, version ${first}`}\n`,
      '',
    ])
    const second = await set(ref, PLANTED, '--skip-unchanged')
    if (first) expect(second).not.toBe(first)
    expect(await get(ref)).toBe(PLANTED)
  })

  test('--if-version: only over the version that is meant, or no write at all', async () => {
    const ref = store.ref('checked')
    const refused = async (version: string, exitCode: number) => {
      const result = await run(['set', ref, '--if-version', version], FIRST)
      expect([result.exitCode, result.stdout]).toEqual([exitCode, ''])
    }
    if (store.checks === 'none') {
      await refused('none', 64)
      expect((await run(['get', ref])).exitCode).toBe(66)
      return
    }
    const first = await set(ref, 'the first value', '--if-version', 'none')
    await refused('none', 75)
    if (store.checks === 'any') {
      await set(ref, PLANTED, '--if-version', first)
      await refused(first, 75)
      expect(await get(ref)).toBe(PLANTED)
    } else {
      await refused(first, 64)
      expect(await get(ref)).toBe('the first value')
    }
  })

  test('#key changes one field, and leaves the others digit for digit', async () => {
    const ref = store.mapRef('map')
    const numbers = store.keepsDigits ? ['12345678901234567890', '1.50'] : ['1234567890', '1.5']
    await set(ref, `{"n":${numbers[0]},"f":${numbers[1]},"deep":{"a":"x","b":[1,2]}}`)
    await set(`${ref}#deep.a`, PLANTED)
    await set(`${ref}#new`, FIRST)
    const read = await Promise.all(['n', 'f', 'deep', 'new'].map(key => get(`${ref}#${key}`)))
    const [n, f, deep, added] = read
    expect([n, f, added]).toEqual([...numbers, FIRST])
    expect(JSON.parse(deep ?? '')).toEqual({ a: PLANTED, b: [1, 2] })
    expect((await run(['list', ref])).stdout.split('\n').sort()).toEqual(
      ['', ...['deep', 'f', 'n', 'new'].map(key => `${ref}#${key}`)].sort(),
    )
    expect((await run(['list', `${ref}#deep`])).stdout.split('\n').sort()).toEqual([
      '',
      `${ref}#deep.a`,
      `${ref}#deep.b`,
    ])
    expect((await run(['delete', `${ref}#deep.a`, '--yes'])).stdout).toBe(`${ref}#deep.a deleted\n`)
    expect(JSON.parse(await get(`${ref}#deep`))).toEqual({ b: [1, 2] })
    expect((await run(['delete', `${ref}#deep.a`, '--yes'])).exitCode).toBe(66)
  })

  test('two that set different fields at the same time lose none, where the store can check', async () => {
    const ref = store.mapRef('busy')
    await set(ref, '{"start":"x"}')
    const names = store.checks === 'any' ? ['a', 'b', 'c', 'd'] : ['a']
    await Promise.all(names.map(key => set(`${ref}#${key}`, `value of ${key}`)))
    const kept = await Promise.all(names.map(key => get(`${ref}#${key}`)))
    expect(kept).toEqual(names.map(key => `value of ${key}`))
  })

  test('list: one reference a line, JSON, and more with --long', async () => {
    const names = ['list-a', 'list-b']
    for (const name of names) await set(store.ref(name), PLANTED)
    const refs = names.map(name => store.ref(name).split('#')[0] ?? '')
    const { stdout } = await run(['list', store.prefix])
    expect(stdout.split('\n').filter(line => line.includes('list-'))).toEqual(refs)
    const { stdout: json } = await run(['list', store.prefix, '--json'])
    const rows = JSON.parse(json) as { reference: string; updatedAt?: string }[]
    expect(rows.map(({ reference }) => reference)).toEqual(expect.arrayContaining(refs))
    const { stdout: long } = await run(['list', store.prefix, '--long'])
    const ages = long.split('\n').flatMap(line => (line.includes('list-') ? [line.split('\t')[2]] : []))
    const age = store.listsTimes ? expect.stringMatching(/^\d+[sm]$/) : ''
    expect(ages).toEqual([age, age])
  })

  test('history and rollback: a new version with the old value', async () => {
    const ref = store.ref('versioned')
    const bare = ref.split('#')[0] ?? ''
    const first = await set(ref, FIRST)
    const second = await set(ref, PLANTED)
    if (!store.keepsVersions) {
      for (const args of [['history'], ['rollback', '--to', '1']]) {
        const { exitCode, stderr } = await run([...args, bare])
        expect([exitCode, stderr]).toEqual([64, expect.stringContaining('keeps no versions')])
      }
      return
    }
    const { stdout } = await run(['rollback', bare, '--to', first])
    const third = / version (\S+), with the value of version (\S+)\n$/.exec(stdout)
    expect(third?.[2]).toBe(first)
    expect(await get(ref)).toBe(FIRST)
    const history = JSON.parse((await run(['history', bare, '--json'])).stdout) as Record<string, string>[]
    expect(new Set(history.map(({ version }) => version))).toEqual(new Set([first, second, third?.[1]]))
    expect(history[0]).toMatchObject({ version: third?.[1], state: 'current' })
    const again = await run(['rollback', bare, '--to', third?.[1] ?? ''])
    expect(again.stdout).toBe(`${bare} unchanged, version ${third?.[1]} is the newest\n`)
    expect((await run(['rollback', bare, '--to', 'nosuch'])).exitCode).toBe(66)
  })

  test('delete, and where the store can: recover, destroy', async () => {
    const ref = store.ref('deleted')
    const bare = ref.split('#')[0] ?? ''
    await set(ref, PLANTED)
    expect((await run(['delete', bare, '--yes'])).outcome).toEqual([0, `${bare} deleted\n`, ''])
    expect((await run(['get', ref])).exitCode).toBe(66)
    if (!store.recovers) {
      expect((await run(['delete', bare, '--recover'])).exitCode).toBe(64)
      return
    }
    expect((await run(['delete', bare, '--recover'])).outcome).toEqual([0, `${bare} recovered\n`, ''])
    expect(await get(ref)).toBe(PLANTED)
    expect((await run(['delete', bare, '--destroy', '--yes'])).outcome).toEqual([
      0,
      `${bare} destroyed\n`,
      '',
    ])
    expect((await run(['delete', bare, '--recover'])).exitCode).toBe(66)
  })

  test.each(ARTIFACTS)('variables that make libraries talk show no value: $name', async artifact => {
    const noisy = {
      DEBUG: '*',
      NODE_DEBUG: 'http,https,net,tls,fetch,undici',
      BUN_CONFIG_VERBOSE_FETCH: 'curl',
      AZURE_LOG_LEVEL: 'verbose',
      AWS_SDK_JS_DEBUG: '1',
      VAULT_LOG_LEVEL: 'trace',
    }
    const ref = store.ref('noisy')
    const options = { artifact, env: { ...store.env, ...noisy } }
    const verbs = [
      ['set', ref],
      ['copy', ref, store.ref('noisy-2'), '--yes'],
      ['list', store.prefix, '--long'],
    ]
    for (const args of verbs)
      expect((await run([...args, '--log-level', 'debug'], PLANTED, options)).exitCode).toBe(0)
  })

  test('the npm package does the same', async () => {
    const ref = store.ref('package')
    const bare = ref.split('#')[0] ?? ''
    const byPackage = { artifact: PACKAGE }
    expect((await run(['set', ref], PLANTED, byPackage)).exitCode).toBe(0)
    expect((await run(['get', ref], '', byPackage)).stdout).toBe(PLANTED)
    expect((await run(['list', store.prefix], '', byPackage)).stdout.split('\n')).toContain(bare)
    expect((await run(['copy', ref, store.ref('package-2'), '--yes'], '', byPackage)).stdout).toBe(
      '1 written\n',
    )
    expect(await get(store.ref('package-2'))).toBe(PLANTED)
    expect((await run(['delete', bare, '--yes'], '', byPackage)).outcome).toEqual([
      0,
      `${bare} deleted\n`,
      '',
    ])
  })

  test('nothing is deleted where nobody can be asked', async () => {
    const ref = store.ref('kept')
    const bare = ref.split('#')[0] ?? ''
    await set(ref, PLANTED)
    const { exitCode, stderr } = await run(['delete', bare])
    expect([exitCode, stderr]).toEqual([64, expect.stringContaining(`delete ${bare}?`)])
    expect(stderr).toContain('hint: --yes')
    expect(await get(ref)).toBe(PLANTED)
  })

  test('what does not exist is NOT_FOUND', async () => {
    const bare = store.ref('nosuch').split('#')[0] ?? ''
    for (const args of [
      ['delete', bare, '--yes'],
      ['list', `${store.prefix}nosuch/`],
    ]) {
      const { exitCode, stdout } = await run(args)
      expect([args, exitCode, stdout]).toEqual([args, expect.any(Number), ''])
      expect([65, 66]).toContain(exitCode)
    }
    if (store.keepsVersions) {
      expect((await run(['history', bare])).exitCode).toBe(66)
      expect((await run(['rollback', bare, '--to', '1'])).exitCode).toBe(66)
    }
  })

  test('who may do nothing is DENIED', async () => {
    const ref = store.ref('forbidden')
    const bare = ref.split('#')[0] ?? ''
    await set(ref, PLANTED)
    const verbs = {
      set: ['set', ref],
      list: ['list', store.prefix],
      delete: ['delete', bare, '--yes'],
      history: ['history', bare],
    }
    for (const verb of store.refusesNobody) {
      const { exitCode, stdout } = await run(verbs[verb], FIRST, { env: store.nobody })
      expect([verb, exitCode, stdout]).toEqual([verb, 77, ''])
    }
    expect(await get(ref)).toBe(PLANTED)
  })
})

test.each([
  ['a value on the command line', ['set', 'sops:///x#a', PLANTED], 'never a value'],
  ['a value that looks like a flag', ['set', 'sops:///x#a', `-${PLANTED}`], 'unknown flag'],
  ['a store that is only read', ['set', 'file:///x'], 'only reads file://'],
  ['no reference', ['set'], 'set takes one reference'],
  ['a prefix', ['set', 'ssm:///x/'], 'no path that ends in /'],
  ['two sources', ['set', 'sops:///x#a', '--generate', '--from-file', 'x'], 'exclude each other'],
  ['a length that is none', ['set', 'sops:///x#a', '--generate', '--length', '0'], 'the length is'],
  ['an alphabet of one letter', ['set', 'sops:///x#a', '--generate', '--alphabet', 'a'], 'two characters'],
  ['an empty value', ['set', 'sops:///x#a', '--strip-newline'], 'the value is empty'],
  ['a text for a map', ['set', 'sops:///x.json'], 'name a field'],
  ['recover and destroy', ['delete', 'sops:///x.json', '--recover', '--destroy'], 'exclude each other'],
  ['a field to destroy', ['delete', 'sops:///x.json#a', '--destroy'], 'whole secrets'],
  ['no version to go back to', ['rollback', 'sops:///x.json'], 'rollback needs the version'],
  ['a field to roll back', ['rollback', 'sops:///x.json#a', '--to', '1'], 'a whole secret'],
])('bad usage: %s', async (_, args, text) => {
  const { exitCode, stdout, stderr } = await secwrap(args, { input: '\n' })
  expect([exitCode, stdout, stderr]).toEqual([64, '', expect.stringContaining(text)])
  expect(findLeaks([PLANTED], stderr)).toEqual([])
})

describe('where the value of set comes from', () => {
  const store = VERB_STORES.sops as () => Promise<VerbStore>

  async function setFrom(flags: readonly string[], input: string | Uint8Array, file?: string | Uint8Array) {
    const { env, ref, stop } = await store()
    using folder = createFolder()
    if (file !== undefined) folder.write('value', file)
    const options = { env, cwd: folder.path }
    const { exitCode, stderr } = await secwrap(['set', ref('x'), ...flags], { ...options, input })
    const { stdout } = await secwrap(['get', ref('x')], options)
    await stop()
    return { exitCode, stderr, value: stdout }
  }

  test.each([
    ['a line of echo, which ends in a newline', [], 'abc\n', 'abc\n', 'ends in a newline'],
    ['without that newline', ['--strip-newline'], 'abc\r\n', 'abc', ''],
    ['one newline of two', ['--strip-newline'], 'abc\n\n', 'abc\n', 'ends in a newline'],
    ['a text of several lines', [], 'a\nb\n', 'a\nb\n', ''],
    ['an empty text that is meant', ['--allow-empty'], '', '', ''],
  ])('%s', async (_, flags, input, value, warning) => {
    const result = await setFrom(flags, input)
    expect([result.exitCode, result.value]).toEqual([0, value])
    if (warning) expect(result.stderr).toContain(warning)
    else expect(result.stderr).toBe('')
  })

  test('a file, all of its bytes', async () => {
    const result = await setFrom(['--from-file', 'value'], 'not this', 'a\r\nb\n')
    expect([result.exitCode, result.value]).toEqual([0, 'a\r\nb\n'])
  })

  test.each([
    ['binary input', [], new Uint8Array([0x61, 0xff]), undefined, 65, 'not UTF-8'],
    ['a binary file', ['--from-file', 'value'], '', new Uint8Array([0xff]), 65, 'not UTF-8'],
    ['a file that is not there', ['--from-file', 'nosuch'], '', undefined, 66, 'does not exist'],
    ['more than a megabyte', [], 'x'.repeat(1024 * 1024 + 1), undefined, 65, 'larger than 1 MiB'],
  ])('%s is refused', async (_, flags, input, file, code, text) => {
    const { exitCode, stderr } = await setFrom(flags, input, file)
    expect([exitCode, stderr]).toEqual([code, expect.stringContaining(text)])
  })

  test('--generate: as long as asked for, of that alphabet, never the same', async () => {
    const flags = ['--generate', '--length', '40', '--alphabet', 'hex']
    const [one, other] = await Promise.all([setFrom(flags, ''), setFrom(flags, '')])
    expect(one.value).toMatch(/^[0-9a-f]{40}$/)
    expect(one.value).not.toBe(other.value)
  })
})
