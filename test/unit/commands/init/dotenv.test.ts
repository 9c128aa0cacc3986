import { expect, test } from '@jest/globals'
import { parse } from 'dotenv'
import fc from 'fast-check'
import { type DotenvFile, readDotenv } from '../../../../src/commands/init/dotenv.ts'

/** What of a file was taken for what; the pieces of an entry between bars. */
function show({ items }: DotenvFile): string[] {
  return items.map(item =>
    item.kind === 'entry'
      ? `${item.line} ${[item.head, item.raw, item.gap, item.comment].join('|')} -> ${item.value}`
      : `${item.line} ${item.kind} ${item.text}`,
  )
}

test.each([
  [
    'lines of every kind',
    '# c\n\nA=1\njunk\n',
    ['1 comment # c', '2 blank ', '3 A=|1|| -> 1', '4 other junk'],
  ],
  ['a comment behind', 'A = 1  # c', ['1 A =| 1|  |# c -> 1']],
  ['a comment without a blank', 'A=1#c', ['1 A=|1||#c -> 1']],
  ['export and an indent', '  export A=1', ['1   export A=|1|| -> 1']],
  ['quotes', 'A="a # b" # c', ['1 A=|"a # b"| |# c -> a # b']],
  [
    'several lines',
    "A='x\n# no comment\ny'\nB=2",
    ["1 A=|'x\n# no comment\ny'|| -> x\n# no comment\ny", '4 B=|2|| -> 2'],
  ],
  ['a quote that never ends', 'A="x\n# c\nB=2', ['1 A=|"x|| -> "x', '2 comment # c', '3 B=|2|| -> 2']],
  ['nothing', 'A=\n# c\nB: 2', ['1 A=||| -> ', '2 comment # c', '3 B: |2|| -> 2']],
  ['a value on the next line', 'A=\n"1"\nB=2', ['1 A=|\n"1"|| -> 1', '3 B=|2|| -> 2']],
  ['CRLF and a byte order mark', '\ufeffA=1\r\n# c\r\n', ['1 A=|1|| -> 1', '2 comment # c']],
  ['a line end that nobody sees', '# c\u2028A=1', ['1 comment # c', '1 A=|1|| -> 1']],
  ['a name that dotenv can not set', '__proto__=1\nA=2', ['1 other __proto__=1', '2 A=|2|| -> 2']],
])('%s', (_, text, expected) => {
  expect(show(readDotenv(text))).toEqual(expected)
})

test('a name that stands twice is what it is the last time; comments are those directly above', () => {
  const { entries, comments } = readDotenv('# a\nA=1\n# x\n\n# b\n# c\nB=2\nA=3')
  expect([...entries].map(([name, { value, line }]) => [name, value, line])).toEqual([
    ['A', '3', 8],
    ['B', '2', 7],
  ])
  expect([...comments]).toEqual([
    ['A', []],
    ['B', ['# b', '# c']],
  ])
})

const TOKENS =
  'A|B|C.d|9|=|=|: |"|"|\'|\'|`|\\|\\n|#| #|\n|\n|\n|\r\n|\r| |\t|export |export|$|\u00a0|\ufeff|\v|\u2028|ü|=|\nB=|\nC=|*|__proto__='.split(
    '|',
  )
const soup = fc.array(fc.constantFrom(...TOKENS), { maxLength: 40 }).map(tokens => tokens.join(''))

test.each([
  ['a soup of what means something', soup],
  ['any text', fc.string({ unit: 'binary', maxLength: 200 })],
])('has the names and values that dotenv has, and every character of the file once: %s', (_, arbitrary) => {
  fc.assert(
    fc.property(arbitrary, text => {
      const { entries, items } = readDotenv(text)
      const values = Object.fromEntries([...entries].map(([name, { value }]) => [name, value]))
      expect(values).toEqual({ ...parse(text) })
      const written = items.map(item =>
        item.kind === 'entry' ? item.head + item.raw + item.gap + item.comment : item.text,
      )
      expect(squeeze(written.join('\n'))).toBe(squeeze(text))
    }),
    { numRuns: 5_000 },
  )
})

function squeeze(text: string): string {
  return text.replaceAll(/\s/g, '')
}

test.each([
  ['a value that is cut', (text: string) => text.slice(0, -1)],
  ['a comment in a value', (text: string) => text.replaceAll('#', '')],
])('the comparison finds a reader that is wrong: %s', (_, spoil) => {
  const property = fc.property(soup, text => {
    const values = [...readDotenv(spoil(text)).entries].map(([name, { value }]) => [name, value])
    return JSON.stringify(Object.fromEntries(values)) === JSON.stringify(parse(text))
  })
  expect(fc.check(property, { numRuns: 5_000 }).failed).toBe(true)
})
