/** What ours writes, sops reads; what sops wrote, ours changes without touching the rest. */

import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { Secret } from '../../src/core/secret.ts'
import type { ProviderContext, Writer } from '../../src/core/types.ts'
import { createWriter } from '../../src/providers/sops-writer.ts'
import { type AgeIdentity, contextOf, createIdentity, idOf, runSops, seal, unseal } from '../helpers/sops.ts'
import { type Fields, flat, formatDotenv, nested } from '../helpers/sops-documents.ts'
import { createFolder, type Folder } from '../helpers/temporary-folder.ts'

let folder: Folder
let writer: Writer
let reader: AgeIdentity
let context: ProviderContext
beforeAll(async () => {
  folder = createFolder()
  reader = await createIdentity()
  context = contextOf(reader.identity)
  writer = createWriter({}, context)
})
afterAll(() => folder[Symbol.dispose]())

const deadline = () => AbortSignal.timeout(20_000)
const write = (path: string, fields: Fields) =>
  writer.write(idOf(path), new Secret(JSON.stringify(fields)), {}, deadline())
const readByUs = async (path: string) =>
  JSON.parse((await writer.current(idOf(path), deadline()))?.secret.reveal() ?? '')
const readBySops = (path: string) => JSON.parse(unseal(path, reader.identity, '--output-type=json'))

/** The lines of one text that are not in another. */
const added = (before: string, after: string) =>
  after.split('\n').filter(line => !before.split('\n').includes(line))

const FORMATS = [
  ['dotenv', 'env', flat, (fields: Fields) => formatDotenv(fields as Record<string, string>)],
  ['json', 'json', nested, (fields: Fields) => JSON.stringify(fields)],
  ['yaml', 'yaml', nested, (fields: Fields) => JSON.stringify(fields)],
] as const

describe.each(FORMATS)('fuzzed: %s', (format, ending, documents: fc.Arbitrary<Fields>, print) => {
  test('a new file by us, read by sops', async () => {
    await fc.assert(
      fc.asyncProperty(documents, async fields => {
        const path = `${folder.path}/new.${ending}`
        await writer.delete(idOf(path), {}, deadline()).catch(() => {})
        await write(path, fields)
        expect([readBySops(path), await readByUs(path)]).toEqual([fields, fields])
      }),
      { numRuns: 25 },
    )
  })

  test('a file by sops, changed by us, read by sops, changed by sops, read by us', async () => {
    await fc.assert(
      fc.asyncProperty(documents, documents, async (first, second) => {
        const path = folder.write(
          `changed.${ending}`,
          seal(print({ kept: 'k', ...first }), format, reader.recipient),
        )
        // Some of the old entries, some of them with other values, and new ones.
        const names = Object.keys(first).filter((_, index) => index % 2 === 0)
        const target = {
          ...Object.fromEntries(names.map(name => [name, first[name] ?? null])),
          ...second,
          kept: 'k',
        }
        await write(path, target)
        expect([readBySops(path), await readByUs(path)]).toEqual([target, target])
        runSops(['set', path, '["by_sops"]', '"s"'], { SOPS_AGE_KEY: reader.identity })
        expect(await readByUs(path)).toEqual({ ...target, by_sops: 's' })
      }),
      { numRuns: 25 },
    )
  })
})

describe('a small change', () => {
  const DOTENV = '# first\nA=one\n\n# second\nB=two\nC_unencrypted=three\n# last\n'
  const YAML = `# head
A: one # behind
# before the map
db:
    # inside
    host: h
    # before the port
    port: 5432
    list:
        - x # item
        - y
    # end of the map
last: true
# foot
`
  const JSON_TEXT = '{"A":"one","db":{"host":"h","port":5432,"list":["x","y"]},"last":true}'

  test.each([
    ['dotenv', 'env', DOTENV, { A: 'one', B: 'TWO', C_unencrypted: 'three' }, ['B=ENC[']],
    ['dotenv', 'env', DOTENV, { A: 'one', B: 'two', C_unencrypted: 'three', D: 'four' }, ['D=ENC[']],
    ['dotenv', 'env', DOTENV, { B: 'two', C_unencrypted: '3' }, ['C_unencrypted=3']],
    [
      'yaml',
      'yaml',
      YAML,
      { A: 'one', db: { host: 'H', port: 5432, list: ['x', 'y'] }, last: true },
      ['    host: ENC['],
    ],
    [
      'yaml',
      'yaml',
      YAML,
      { A: 'one', db: { host: 'h', port: 5432, list: ['x', 'z'] }, last: true },
      ['        - ENC['],
    ],
    [
      'yaml',
      'yaml',
      YAML,
      { A: 'one', db: { host: 'h', port: 5432, list: ['x', 'y'], new: {} }, last: true },
      ['    new: {}'],
    ],
    ['yaml', 'yaml', YAML, { db: { port: 5432, list: ['x', 'y'] }, last: true, z: 'z' }, ['z: ENC[']],
    [
      'json',
      'json',
      JSON_TEXT,
      { A: 'one', db: { host: 'h', port: 5433, list: ['x', 'y'] }, last: true },
      ['\t\t"port": "ENC['],
    ],
    [
      'json',
      'json',
      JSON_TEXT,
      { A: 'one', db: { host: 'h', list: ['x', 'y'] }, last: true, z: 1 },
      ['\t"z": "ENC['],
    ],
    ['json', 'json', JSON_TEXT, { db: { host: 'h', port: 5432, list: ['x', 'y'] }, last: true }, []],
  ])(
    '%s: %#: no other line is new but mac and lastmodified',
    async (format, ending, plain, target, lines) => {
      const before = seal(plain, format, reader.recipient)
      const path = folder.write(`small.${ending}`, before)
      await write(path, target as Fields)
      const after = readFileSync(path, 'utf8')
      const fresh = added(before, after).filter(line => !/^\s*"?(sops_)?(mac|lastmodified)/.test(line))
      expect(fresh.map(line => line.replace(/ENC\[.*/, 'ENC['))).toEqual(lines)
      expect(readBySops(path)).toEqual(target)
      const comments = (text: string) => text.split('\n').filter(line => /^\s*#/.test(line))
      expect(comments(after)).toEqual(comments(before))
    },
  )

  test('none at all: the file is not touched', async () => {
    const before = seal(JSON_TEXT, 'json', reader.recipient)
    const path = folder.write('same.json', before)
    await write(path, { last: true, db: { port: 5432, host: 'h', list: ['x', 'y'] }, A: 'one' })
    expect(readFileSync(path, 'utf8')).toBe(before)
  })

  test('numbers keep their digits where sops allows it', async () => {
    const path = `${folder.path}/digits.json`
    const text = '{"a":12345678901234567890,"b":1.50,"c":1e3,"d":-0.0,"e":9007199254740993}'
    await writer.write(idOf(path), new Secret(text), {}, deadline())
    expect((await writer.current(idOf(path), deadline()))?.secret.reveal()).toBe(text)
    expect(readBySops(path)).toEqual(JSON.parse(text))
  })

  test.each([
    'unencrypted_regex: ^db',
    'encrypted_regex: ^(host|new)$',
    'encrypted_comment_regex: inside',
    'unencrypted_suffix: t',
  ])('new values are sealed by the rules of the file: %s', async rule => {
    const config = folder.write('rules.yaml', `creation_rules:\n  - age: ${reader.recipient}\n    ${rule}\n`)
    const sealed = runSops(
      [`--config=${config}`, 'encrypt', '--input-type=yaml', '--output-type=yaml', '--filename-override=x'],
      {},
      YAML,
    )
    const path = folder.write('ruled.yaml', sealed)
    const target = {
      A: 'ONE',
      db: { host: 'two\nlines', port: 1, list: ['0777', 'no', ' x'], new: { t: '~' } },
      last: null,
      z: '# z',
    }
    await write(path, target)
    expect([readBySops(path), await readByUs(path)]).toEqual([target, target])
  })
})

describe('binary files', () => {
  test('made by us, read by sops; changed by us', async () => {
    const path = `${folder.path}/tls.key`
    await writer.write(idOf(path), new Secret('one\n'), {}, deadline())
    expect(unseal(path, reader.identity)).toBe('one\n')
    await writer.write(idOf(path), new Secret('two'), {}, deadline())
    expect(unseal(path, reader.identity)).toBe('two')
  })
})
