/** The quick reader of YAML gives what the whole one gives, or nothing. */
import { beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { createIdentity } from '../../../src/sops/age.ts'
import { createSealed } from '../../../src/sops/create.ts'
import type { Node } from '../../../src/sops/tree.ts'
import { parseYamlTree } from '../../../src/sops/yaml.ts'
import { parseYamlQuickly } from '../../../src/sops/yaml-quick.ts'
import { commentedYaml, nested } from '../../helpers/sops-documents.ts'

/** Names, types and values in their order, without places and comments. */
function outline(node: Node): unknown {
  if (node.kind === 'scalar') return [node.plain.type, node.plain.text, node.plain.source]
  const items = (node.items as readonly { kind: string }[]).filter(({ kind }) => kind !== 'comment')
  return [
    node.kind,
    items.map(item =>
      'key' in item ? [item.key, outline((item as unknown as { value: Node }).value)] : outline(item as Node),
    ),
  ]
}

/** Whether the quick reader took it. */
function compare(text: string): boolean {
  const quick = parseYamlQuickly(text)
  if (!quick) return false
  expect(outline(quick)).toEqual(outline(parseYamlTree(text)))
  return true
}

let recipient: string
beforeAll(async () => {
  ;({ recipient } = await createIdentity())
})

test('what we and sops write is taken', async () => {
  const fields = {
    A: 'a',
    'b.c': 'x',
    n: null,
    t: true,
    e: '',
    m: {},
    l: [],
    d: { l: ['x', { y: 1.5, z: [['q']] }] },
  }
  const sealed = await createSealed('yaml', JSON.stringify(fields), { recipients: [recipient, recipient] })
  expect(compare(sealed)).toBe(true)
  expect(compare(sealed.replaceAll(/^(?=\w)/gm, '# comment\n\n'))).toBe(true)
})

describe('fuzzed', () => {
  test('sealed files', async () => {
    const taken: boolean[] = []
    await fc.assert(
      fc.asyncProperty(nested, async fields => {
        taken.push(compare(await createSealed('yaml', JSON.stringify(fields), { recipients: [recipient] })))
      }),
      { numRuns: 100 },
    )
    expect(taken).toContain(true)
  })

  test('comments in all places', () => {
    const taken: boolean[] = []
    fc.assert(
      fc.property(commentedYaml, text => void taken.push(compare(text))),
      { numRuns: 300 },
    )
    expect(taken).toContain(true)
  })

  const mostly = (usual: string[], odd: string[]) =>
    fc.oneof(
      { weight: 12, arbitrary: fc.constantFrom(...usual) },
      { weight: 1, arbitrary: fc.constantFrom(...odd) },
    )
  const line = fc.tuple(
    mostly(['', '', '  ', '    '], ['      ', ' ', '\t']),
    mostly(['', '', '- '], ['- - ', '-', '-  ']),
    mostly(['a: ', 'b: ', 'a:', '"c": ', "'d': "], ['', '# ', 'a:b', '1: ', 'null: ', 'a:  ', '? a']),
    mostly(
      ['', 'x', '5', '0777', '~', '{}', '[]', '"q"', 'ENC[AES256_GCM,data:a==,iv:b/+,tag:c,type:str]'],
      [
        '|',
        '>',
        '-1',
        '" # "',
        '# c',
        'x # c',
        '---',
        '&a',
        '*a',
        '!!str 5',
        'a b',
        '2001-01-01',
        '"\\n"',
        "'q'",
      ],
    ),
    mostly([''], [' ', ' # c', '\r']),
  )
  test('lines of all kinds', () => {
    const taken: boolean[] = []
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 6 }), fc.boolean(), (lines, ends) => {
        const text = lines.map(parts => parts.join('')).join('\n') + (ends ? '\n' : '')
        taken.push(compare(text))
      }),
      { numRuns: 5_000 },
    )
    expect(taken).toContain(true)
  })
})
