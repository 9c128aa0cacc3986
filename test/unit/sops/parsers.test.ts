import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parseDotenv } from '../../../src/sops/dotenv.ts'
import { parseJsonTree } from '../../../src/sops/json.ts'
import type { MapNode, Node } from '../../../src/sops/tree.ts'
import { parseYamlTree } from '../../../src/sops/yaml.ts'

/** A tree as nested lists, in its own order: `[name, value]` for an entry, `#text` for a comment. */
function outline(node: Node): unknown {
  if (node.kind === 'scalar')
    return node.plain.type === 'str' ? node.plain.text : [node.plain.type, node.plain.text]
  return (node as MapNode).items.map(item => {
    if (item.kind === 'comment') return `#${item.text}`
    return item.kind === 'entry' ? [item.key, outline(item.value)] : outline(item)
  })
}

test('dotenv: nothing is trimmed, unquoted or left out', () => {
  const text = '# note\n\nA="x"\n B = y \nC=a\\nb\nD=\nE=a=b'
  expect(outline(parseDotenv(text))).toEqual([
    '# note',
    ['A', '"x"'],
    [' B ', ' y '],
    ['C', 'a\nb'],
    ['D', ''],
    ['E', 'a=b'],
  ])
})

test('json: in the order of the file, names twice included', () => {
  const text = '{"b": 1, "10": [true, null, {"x": "\\u00e9\\"}"}], "b": {} , "e":[]}'
  expect(outline(parseJsonTree(text))).toEqual([
    ['b', ['int', '1']],
    ['10', [['bool', 'True'], ['null', ''], [['x', 'é"}']]]],
    ['b', []],
    ['e', []],
  ])
})

test('json: what JSON.parse takes, and nothing else', () => {
  const piece = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ':',
    ',',
    '"a"',
    '"b',
    '"\\',
    '1',
    '-',
    '0.5e1',
    '01',
    'true',
    'nul',
    'null',
    ' ',
    '\n',
    '\u0000',
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.json(),
        fc.array(piece, { maxLength: 12 }).map(pieces => pieces.join('')),
      ),
      inner => {
        const text = `{"top":${inner}}`
        expect(isTaken(() => parseJsonTree(text))).toBe(isTaken(() => JSON.parse(text)))
      },
    ),
    { numRuns: 500 },
  )
})

function isTaken(parse: () => unknown): boolean {
  try {
    parse()
    return true
  } catch {
    return false
  }
}

test('yaml: comments stand before what sops counts them to', () => {
  const text = `# head
a: 1 # behind a
b: # behind b
  # first of b
  - x # behind x
  - c: |
      two
      lines
    # last of c
  # last of b
"d": {e: 'f', g: [1, "\\t"]}
h:
`
  expect(outline(parseYamlTree(text))).toEqual([
    '# head',
    '# behind a',
    ['a', ['int', '1']],
    [
      'b',
      [
        '# behind b',
        '# first of b',
        '# behind x',
        'x',
        [['c', 'two\nlines\n'], '# last of c'],
        '# last of b',
      ],
    ],
    [
      'd',
      [
        ['e', 'f'],
        ['g', [['int', '1'], '\t']],
      ],
    ],
    ['h', ['null', '']],
  ])
})

test.each<[string, (text: string) => MapNode, string]>([
  ['dotenv', parseDotenv, '# c\nA=one\nB=two\n'],
  ['json', parseJsonTree, '{\n\t"A": "one",\n\t"B": {"C": "two"}\n}\n'],
  ['yaml', parseYamlTree, 'A: one # c\nB:\n  - C: two\n    # d\n'],
])('%s: every value knows where it stands', (_, parse, text) => {
  const found: string[] = []
  const collect = (node: Node): void => {
    if (node.kind === 'scalar') found.push(text.slice(node.span.start, node.span.end))
    else
      for (const item of node.items)
        if (item.kind !== 'comment') collect(item.kind === 'entry' ? item.value : (item as Node))
  }
  collect(parse(text))
  expect(found.map(value => value.replaceAll('"', ''))).toEqual(['one', 'two'])
})

test.each<[string, (text: string) => MapNode]>([
  ['dotenv', parseDotenv],
  ['json', parseJsonTree],
  ['yaml', parseYamlTree],
])('%s: any text is a tree or a SecwrapError, in time', (_, parse) => {
  const piece = fc.constantFrom(
    'a',
    ': ',
    '- ',
    '\n',
    '  ',
    '#',
    '"',
    "'",
    '{',
    '}',
    '[',
    ']',
    ',',
    '|',
    '>',
    '&a',
    '*a',
    '!t ',
    '?',
    '---',
    '=',
    '\t',
    '\r',
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(piece, { maxLength: 25 }).map(pieces => pieces.join('')),
      ),
      text => {
        try {
          expect(parse(text).kind).toBe('map')
        } catch (error) {
          expect(error).toEqual(expect.objectContaining({ code: 'BAD_VALUE' }))
        }
      },
    ),
    { numRuns: 1_000 },
  )
})
