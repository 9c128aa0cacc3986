/** A sealed file as a file: for whom a new one is sealed, who may write it, and several writers at once. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { SecwrapError } from '../../src/core/errors.ts'
import { lockFolder } from '../../src/core/lock.ts'
import { Secret } from '../../src/core/secret.ts'
import type { Inherited, Listed, Writer } from '../../src/core/types.ts'
import { createProvider } from '../../src/providers/sops.ts'
import { createWriter } from '../../src/providers/sops-writer.ts'
import { type AgeIdentity, contextOf, createIdentity, idOf, runSops, seal, unseal } from '../helpers/sops.ts'
import { createFolder, type Folder } from '../helpers/temporary-folder.ts'
import { failureOf } from './contract/store.ts'

const NOBODY = 65534
const PLANTED = 'planted-written-value-5be0'

let folder: Folder
let reader: AgeIdentity
let other: AgeIdentity
let writer: Writer
beforeEach(async () => {
  folder = createFolder()
  reader = await createIdentity()
  other = await createIdentity()
  writer = createWriter({}, contextOf(reader.identity))
})
afterEach(() => folder[Symbol.dispose]())

const deadline = (ms = 20_000) => AbortSignal.timeout(ms)
const secretOf = (fields: object) => new Secret(JSON.stringify(fields))
const sealedFile = (name = 'some.env') =>
  folder.write(name, seal(`A=${PLANTED}\n`, 'dotenv', reader.recipient))
const put = (path: string, fields: object, ifVersion?: string) =>
  writer.write(idOf(path), secretOf(fields), ifVersion === undefined ? {} : { ifVersion }, deadline())
const failWrite = (path: string, fields: object = { A: PLANTED }, ifVersion?: string) =>
  failureOf(() => put(path, fields, ifVersion), [PLANTED, reader.identity])
const leftovers = () => readdirSync(folder.path).filter(name => name.endsWith('.tmp'))

/** `test/fixtures/sops-add-names.ts` in a process of its own. */
async function addNames(
  path: string,
  prefix: string,
  count: number,
  user: { uid?: number; gid?: number } = {},
) {
  const program = `${import.meta.dirname}/../fixtures/sops-add-names.ts`
  const child = spawn(process.execPath, ['--no-warnings', program, path, prefix, String(count)], {
    env: { SOPS_AGE_KEY: reader.identity },
    stdio: ['ignore', 'ignore', 'pipe'],
    ...user,
  })
  const [errors, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
  return { code, errors }
}

describe('a new file is sealed for', () => {
  const create = async (env: Inherited, name = 'new.env') => {
    const path = `${folder.path}/${name}`
    await createWriter({}, { env, warn: () => {} }).write(
      idOf(path),
      secretOf({ A: 'a', b_key: 'b' }),
      {},
      deadline(),
    )
    return readFileSync(path, 'utf8')
  }
  const recipientsIn = (text: string) =>
    [...text.matchAll(/recipient=(.*)/g)].map(([, recipient]) => recipient)

  test('SOPS_AGE_RECIPIENTS', async () => {
    const sealed = await create({ SOPS_AGE_RECIPIENTS: `${reader.recipient}, ${other.recipient}` })
    expect(recipientsIn(sealed)).toEqual([reader.recipient, other.recipient])
    expect(unseal(`${folder.path}/new.env`, other.identity)).toBe('A=a\nb_key=b\n')
  })

  test('whoever holds the key, where nothing else is said', async () => {
    expect(recipientsIn(await create({ SOPS_AGE_KEY: reader.identity }))).toEqual([reader.recipient])
  })

  test('the rule of the nearest .sops.yaml, as sops itself takes it', async () => {
    folder.write(
      '.sops.yaml',
      `creation_rules:
  - path_regex: other/.*
    age: ${reader.recipient}
  - path_regex: ^sub/[a-z]+\\.env$
    encrypted_suffix: _key
    mac_only_encrypted: true
    key_groups:
      - age:
          - ${other.recipient}
  - age: ${reader.recipient}
`,
    )
    mkdirSync(`${folder.path}/sub`)
    const text = await create({ SOPS_AGE_KEY: reader.identity }, 'sub/new.env')
    expect(recipientsIn(text)).toEqual([other.recipient])
    expect(text).toMatch(/^A=a\nb_key=ENC\[/)
    expect(text).toContain('\nsops_encrypted_suffix=_key\n')
    expect(text).toContain('\nsops_mac_only_encrypted=true\n')
    expect(unseal(`${folder.path}/sub/new.env`, other.identity)).toBe('A=a\nb_key=b\n')
    const plain = folder.write('sub/theirs.env', 'A=a\nb_key=b\n')
    const theirs = runSops([`--config=${folder.path}/.sops.yaml`, 'encrypt', plain])
    const shape = (sealed: string) =>
      sealed
        .replaceAll(/=(ENC\[|-----|2|3\.).*/g, '')
        .split('\n')
        .sort()
    expect(shape(text)).toEqual(shape(theirs))
  })

  test.each([
    ['nobody', {}, undefined, /nobody to seal it for/],
    ['an SSH key', { SOPS_AGE_RECIPIENTS: 'ssh-ed25519 AAAA' }, undefined, /can't be sealed for an SSH key/],
    [
      'an age plugin',
      { SOPS_AGE_RECIPIENTS: 'age1yubikey1qqq' },
      undefined,
      /can't be sealed for an age plugin/,
    ],
    ['a typing error', { SOPS_AGE_RECIPIENTS: 'age1qqq' }, undefined, /can't be sealed for no age recipient/],
    ['a KMS key by .sops.yaml', {}, 'creation_rules:\n  - kms: arn:aws:kms:x\n', /asks for kms/],
    ['no rule of .sops.yaml', {}, 'creation_rules:\n  - path_regex: x$\n    age: y\n', /no creation rule/],
    [
      'several groups',
      {},
      'creation_rules:\n  - key_groups: [{age: [a]}, {age: [b]}]\n',
      /several key groups/,
    ],
    ['broken YAML', {}, 'creation_rules: [', /is not valid YAML/],
  ])('%s: BAD_CONFIG, and no file', async (_, env, config, fact) => {
    if (config !== undefined) folder.write('.sops.yaml', config)
    const failure = await failureOf(() => create(env), [])
    expect([failure.code, failure.message]).toEqual(['BAD_CONFIG', expect.stringMatching(fact)])
    expect(existsSync(`${folder.path}/new.env`)).toBe(false)
  })
})

describe('the file itself', () => {
  test('keeps its mode, and is replaced, not overwritten', async () => {
    const path = sealedFile()
    chmodSync(path, 0o640)
    const before = statSync(path)
    await put(path, { A: 'new' })
    const after = statSync(path)
    expect([after.mode, after.uid, after.gid]).toEqual([before.mode, before.uid, before.gid])
    expect(after.ino).not.toBe(before.ino)
    expect(leftovers()).toEqual([])
  })

  test('a new one can be read by those whom the umask allows', async () => {
    const umask = process.umask(0o027)
    await put(`${folder.path}/new.env`, { A: 'a' }).finally(() => process.umask(umask))
    expect(statSync(`${folder.path}/new.env`).mode & 0o777).toBe(0o640)
  })

  test('a link stays a link', async () => {
    const path = sealedFile('real.env')
    symlinkSync(path, `${folder.path}/link.env`)
    await put(`${folder.path}/link.env`, { A: 'new' })
    expect(lstatSync(`${folder.path}/link.env`).isSymbolicLink()).toBe(true)
    expect(unseal(path, reader.identity)).toBe('A=new\n')
  })

  test.each<[string, object, RegExp]>([
    ['a list in a dotenv file', { A: ['x'] }, /can't hold a list, a map or null, as A is one/],
    ['null in a dotenv file', { A: null }, /can't hold a list, a map or null/],
    ['a name of sops', { sops_mac: 'x' }, /can't hold sops_mac/],
    ['a name with =', { 'A=B': 'x' }, /can't hold a name with =/],
    [
      'a backslash and n that would be read as a line break',
      { A_unencrypted: 'a\\nb' },
      /backslash before an n/,
    ],
    ['half of a surrogate pair', { A: '\ud800' }, /not UTF-8/],
    ['no map', ['x'], /can only hold a JSON object/],
  ])('%s is refused, and the file stays', async (_, fields, fact) => {
    const path = sealedFile()
    const before = readFileSync(path, 'utf8')
    const failure = await failWrite(path, fields)
    expect([failure.code, failure.message]).toEqual(['BAD_VALUE', expect.stringMatching(fact)])
    expect([readFileSync(path, 'utf8'), leftovers()]).toEqual([before, []])
  })

  test('tampered with, it is not written', async () => {
    const path = folder.write('bad.env', readFileSync(sealedFile(), 'utf8').replace('20', '19'))
    const before = readFileSync(path, 'utf8')
    expect((await failWrite(path)).code).toBe('BAD_VALUE')
    expect(readFileSync(path, 'utf8')).toBe(before)
  })

  test('one that this user may only read: DENIED, though its folder can be written', async () => {
    const path = sealedFile()
    const before = readFileSync(path, 'utf8')
    chmodSync(folder.path, 0o777)
    chmodSync(path, 0o444)
    const isRoot = process.getuid?.() === 0 // who may write it all the same
    const { code, errors } = await addNames(path, 'p', 1, isRoot ? { uid: NOBODY, gid: NOBODY } : {})
    expect([code, errors]).toEqual([1, expect.stringContaining('may not write the file')])
    expect(errors).toContain('DENIED')
    expect([readFileSync(path, 'utf8'), leftovers()]).toEqual([before, []])
  })

  test('a folder that does not exist: NOT_FOUND', async () => {
    expect((await failWrite(`${folder.path}/missing/x.env`)).code).toBe('NOT_FOUND')
  })

  test('deleting takes a sealed file away, and nothing else', async () => {
    const [sealed, plain] = [sealedFile(), folder.write('plain.env', 'A=1\n')]
    await writer.delete(idOf(sealed), {}, deadline())
    expect(existsSync(sealed)).toBe(false)
    expect((await failureOf(() => writer.delete(idOf(sealed), {}, deadline()), [])).code).toBe('NOT_FOUND')
    expect((await failureOf(() => writer.delete(idOf(plain), {}, deadline()), [])).code).toBe('BAD_VALUE')
    expect(existsSync(plain)).toBe(true)
  })

  test('no versions: BAD_USAGE with the way to git', async () => {
    const id = idOf(sealedFile())
    for (const run of [
      () => writer.history(id, deadline()),
      () => writer.delete(id, { recover: true }, deadline()),
    ]) {
      const failure = await failureOf(run, [])
      expect([failure.code, failure.details.hint]).toEqual(['BAD_USAGE', `git log -- ${id.path}`])
    }
  })

  test('listing finds the sealed ones below a folder', async () => {
    for (const name of ['b.env', 'sub/a b.env', '.git/x.env', 'node_modules/x.env']) sealedFile(name)
    folder.write('c.json', seal('{"a":1}', 'json', reader.recipient))
    folder.write('d.yaml', seal('a: 1', 'yaml', reader.recipient))
    folder.write('plain.env', 'A=1\n')
    folder.write('plain.json', '{"sops": "\\"sops\\""}')
    const listed: Listed[] = []
    for await (const one of writer.list(idOf(`${folder.path}/`), deadline())) listed.push(one)
    const at = `sops://${folder.path}`
    expect(listed.map(({ id }) => id.uri)).toEqual([
      `${at}/b.env`,
      `${at}/c.json`,
      `${at}/d.yaml`,
      `${at}/sub/a%20b.env`,
    ])
    expect(listed.every(({ updatedAt }) => Math.abs(Date.now() - Number(updatedAt)) < 60_000)).toBe(true)
  })
})

describe('several writers', () => {
  test('a version that is no longer the newest: CONFLICT, and the file stays', async () => {
    const path = sealedFile()
    const old = await writer.current(idOf(path), deadline())
    const { id } = await put(path, { A: 'by another' }, old?.version.id)
    const failure = await failWrite(path, { A: PLANTED }, old?.version.id)
    expect(failure.code).toBe('CONFLICT')
    expect(unseal(path, reader.identity)).toBe('A=by another\n')
    expect((await writer.current(idOf(path), deadline()))?.version.id).toBe(id)
  })

  test('only if there is none yet: CONFLICT where there is one', async () => {
    expect((await failWrite(sealedFile(), { A: PLANTED }, '')).code).toBe('CONFLICT')
    await put(`${folder.path}/new.env`, { A: 'a' }, '')
    expect(unseal(`${folder.path}/new.env`, reader.identity)).toBe('A=a\n')
  })

  test('a writer waits for another, and tells when it waited in vain', async () => {
    const path = sealedFile()
    const lock = await lockFolder(folder.path, deadline())
    expect(lock).toBeDefined()
    const write = () => writer.write(idOf(path), secretOf({ A: PLANTED }), {}, deadline(200))
    expect((await failureOf(write, [PLANTED])).code).toBe('CONFLICT')
    const waiting = put(path, { A: 'waited' })
    lock?.[Symbol.dispose]()
    await waiting
    expect(unseal(path, reader.identity)).toBe('A=waited\n')
  })

  test('a lock ends with a process that is killed', async () => {
    const path = sealedFile()
    const program = `${import.meta.dirname}/../fixtures/hold-lock.ts`
    const holder = spawn(process.execPath, ['--no-warnings', program, folder.path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      await once(holder.stdout, 'data')
      const write = () => writer.write(idOf(path), secretOf({ A: PLANTED }), {}, deadline(100))
      expect((await failureOf(write, [PLANTED])).code).toBe('CONFLICT')
    } finally {
      holder.kill('SIGKILL')
    }
    await once(holder, 'exit')
    await put(path, { A: 'after' })
    expect(unseal(path, reader.identity)).toBe('A=after\n')
  })

  test('processes at once lose no name, and a reader meets no half file', async () => {
    const path = sealedFile()
    const names = ['p', 'q', 'r'].flatMap(prefix =>
      Array.from({ length: 8 }, (_, index) => `${prefix}${index}`),
    )
    const exits = Promise.all(['p', 'q', 'r'].map(prefix => addNames(path, prefix, 8)))
    let isDone = false
    const reads = readUntil(path, () => isDone)
    const exited = await exits.finally(() => {
      isDone = true
    })
    expect(exited).toEqual(Array(3).fill({ code: 0, errors: '' }))
    expect(await reads).toBeGreaterThan(0)
    const found = JSON.parse(unseal(path, reader.identity, '--output-type=json'))
    expect(found).toEqual({
      A: PLANTED,
      ...Object.fromEntries(names.map(name => [name, `value of ${name}`])),
    })
    expect(leftovers()).toEqual([])
  })

  async function readUntil(path: string, isDone: () => boolean): Promise<number> {
    let count = 0
    const provider = createProvider({}, contextOf(reader.identity))
    while (!isDone()) {
      const id = idOf(path)
      const secret = (await provider.read([id], deadline())).get(id)
      if (secret instanceof SecwrapError) throw secret
      expect(JSON.parse(secret?.reveal() ?? '')).toEqual(expect.objectContaining({ A: PLANTED }))
      count++
    }
    return count
  }
})
