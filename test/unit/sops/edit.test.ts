import { beforeAll, describe, expect, test } from '@jest/globals'
import { generateHybridIdentity, identityToRecipient } from 'age-encryption'
import fc from 'fast-check'
import { createIdentity } from '../../../src/sops/age.ts'
import { createSealed } from '../../../src/sops/create.ts'
import { findDataKey } from '../../../src/sops/data-key.ts'
import { editSealed } from '../../../src/sops/edit.ts'
import { type Opened, openSealed } from '../../../src/sops/open.ts'
import { formatSecret } from '../../../src/sops/to-json.ts'
import type { Format } from '../../../src/sops/tree.ts'
import { type Fields, flat, nested } from '../../helpers/sops-documents.ts'

let identity: string
let recipient: string
beforeAll(async () => {
  ;({ identity, recipient } = await createIdentity())
})

async function* places() {
  yield { name: 'test', identities: [identity] }
}

const create = (format: Format, fields: object) =>
  createSealed(format, JSON.stringify(fields), { recipients: [recipient] })
const open = (text: string, format: Format): Promise<Opened> =>
  openSealed(text, format, metadata => findDataKey(metadata, places()), 'edit')
const read = async (text: string, format: Format) =>
  JSON.parse(formatSecret(await open(text, format), format))
const edit = async (text: string, format: Format, fields: object) =>
  editSealed(text, await open(text, format), format, JSON.stringify(fields))

const FORMATS: [Format, fc.Arbitrary<Fields>][] = [
  ['dotenv', flat],
  ['json', nested],
  ['yaml', nested],
]

describe.each(FORMATS)('%s', (format, documents) => {
  test('reads back what was made, and what was changed', async () => {
    await fc.assert(
      fc.asyncProperty(documents, documents, async (first, second) => {
        const sealed = await create(format, first)
        expect(await read(sealed, format)).toEqual(first)
        expect(await read(await edit(sealed, format, second), format)).toEqual(second)
      }),
      { numRuns: 100 },
    )
  })

  test('what stays keeps its ciphertext', async () => {
    await fc.assert(
      fc.asyncProperty(documents, documents, async (first, second) => {
        const sealed = await create(format, first)
        const edited = await edit(sealed, format, { ...second, ...first })
        const valuesIn = (text: string): string[] => text.match(/ENC\[[^\]]*\]/g) ?? []
        const [before, after] = [valuesIn(sealed).slice(0, -1), valuesIn(edited)]
        expect(before.filter(value => !after.includes(value))).toEqual([])
      }),
      { numRuns: 50 },
    )
  })

  test('the same values: the same text', async () => {
    await fc.assert(
      fc.asyncProperty(documents, async fields => {
        const sealed = await create(format, fields)
        expect(await edit(sealed, format, fields)).toBe(sealed)
      }),
      { numRuns: 30 },
    )
  })
})

test.each<Format>(['dotenv', 'yaml'])(
  '%s: comments and blank lines outlive every change around them',
  async format => {
    await fc.assert(
      fc.asyncProperty(flat, flat, fc.infiniteStream(fc.boolean()), async (first, second, coins) => {
        const sealed = await create(format, first)
        // The MAC leaves comments out, so they can be put in afterwards.
        const commented = sealed.replaceAll(/^(?=\S)/gm, () => (coins.next().value ? '# comment\n\n' : ''))
        const kept = Object.entries(first).filter((_, index) => index % 2 === 0)
        const target = { ...second, ...Object.fromEntries(kept) }
        const edited = await edit(commented, format, target)
        expect(await read(edited, format)).toEqual(target)
        expect(edited.split('# comment').length).toBe(commented.split('# comment').length)
      }),
      { numRuns: 60 },
    )
  },
)

test('every recipient opens it, also by a hybrid key', async () => {
  const hybrid = await generateHybridIdentity()
  const recipients = [recipient, await identityToRecipient(hybrid)]
  const sealed = await createSealed('dotenv', '{"A":"a"}', { recipients })
  for (const one of [identity, hybrid]) {
    const keys = (async function* () {
      yield { name: 'test', identities: [one] }
    })()
    const opened = await openSealed(sealed, 'dotenv', metadata => findDataKey(metadata, keys), 'read')
    expect(formatSecret(opened, 'dotenv')).toBe('{"A":"a"}')
  }
})

test('json: the file keeps its own way of indenting', async () => {
  const sealed = await create('json', { a: '1', b: { c: '2' } })
  const unit = '  '
  const indented = sealed.replaceAll(/^\t+/gm, tabs => unit.repeat(tabs.length))
  const edited = await edit(indented, 'json', { a: '1', b: { c: '2', d: '3' }, e: { f: ['4'] } })
  expect(edited.replaceAll(/ENC\[[^"]*/g, 'x').split('  "sops"')[0]).toBe(
    '{\n  "a": "x",\n  "b": {\n    "c": "x",\n    "d": "x"\n  },\n  "e": {\n    "f": [\n      "x"\n    ]\n  },\n',
  )
  const inline = JSON.stringify(JSON.parse(sealed))
  expect(await read(await edit(inline, 'json', { z: ['5'] }), 'json')).toEqual({ z: ['5'] })
})

test('yaml: a map that loses its first, its last and all of its entries', async () => {
  const sealed = await create('yaml', { list: [{ a: '1', b: '2', c: '3' }], map: { a: '1', b: '2', c: '3' } })
  for (const left of [{ b: '2', c: '3' }, { a: '1', b: '2' }, { c: '3' }, {}, { d: '4' }]) {
    const target = { list: [left], map: left }
    expect(await read(await edit(sealed, 'yaml', target), 'yaml')).toEqual(target)
  }
})

test('a number keeps its digits, and only what is sealed by the rules is sealed', async () => {
  const text = '{"a":1.50,"b_plain":1e3,"c_plain":"x"}'
  const rule = { name: 'unencrypted_suffix', pattern: '_plain' } as const
  const sealed = await createSealed('json', text, { recipients: [recipient], rule, macOnlySealed: true })
  expect(formatSecret(await open(sealed, 'json'), 'json')).toBe(text)
  expect(sealed).toMatch(/^\{\n\t"a": "ENC\[.*type:float\]",\n\t"b_plain": 1e3,\n\t"c_plain": "x",\n/)
})
