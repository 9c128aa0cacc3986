import { expect, test } from '@jest/globals'
import { parse as parseDotenv } from 'dotenv'
import fc from 'fast-check'
import { parseTemplate } from '../../../src/template/parse.ts'
import type { Findings } from '../../../src/template/syntax.ts'

/** What a template gives that has neither references nor `${`. */
interface Outcome {
  readonly values: Readonly<Record<string, string>>
  readonly problems: readonly string[]
}

function parseOurs(text: string): Outcome {
  const findings: Findings = { problems: [], warnings: [] }
  const statements = parseTemplate(text, '.env', findings).filter(({ inherit }) => !inherit)
  const values = statements.map(({ name, pieces }) => [name, pieces.join('')] as const)
  return { values: Object.fromEntries(values), problems: findings.problems.map(({ message }) => message) }
}

// The differences of docs/template.md. Whatever else differs fails.
const ON_PURPOSE = [
  /^this line is not NAME=value/,
  /^the quote ['"`] never ends$/,
  / is set twice, first in line \d+$/,
  /^a wildcard takes one reference/,
  /^the prefix of a wildcard/,
  /^U\+202[89] outside quotes/,
]

function sameAsDotenv(text: string, ours: (text: string) => Outcome = parseOurs): boolean {
  const { values, problems } = ours(text)
  if (problems.length > 0) return problems.every(problem => ON_PURPOSE.some(known => known.test(problem)))
  const theirs = parseDotenv(text)
  return JSON.stringify(Object.entries(values).sort()) === JSON.stringify(Object.entries(theirs).sort())
}

// What `${` and references would change is not in it: `$ {` instead.
const plain = (text: string) => text.replaceAll('${', '$ {')

const TOKENS = [
  'A',
  'B',
  'C.d',
  'e-f',
  '9',
  'n',
  'r',
  '=',
  '=',
  ':',
  ': ',
  '"',
  '"',
  "'",
  "'",
  '`',
  '\\',
  '\\n',
  '\\r',
  '\\"',
  "\\'",
  '#',
  ' #',
  '\n',
  '\n',
  '\n',
  '\r\n',
  '\r',
  ' ',
  '\t',
  'export ',
  'export',
  '$',
  '{',
  '}',
  '\u00a0',
  '\ufeff',
  '\v',
  '\u2028',
  'ü',
  '😀',
  '=',
  '\nB=',
  '\nC=',
  '*',
]
const soup = fc.array(fc.constantFrom(...TOKENS), { maxLength: 40 }).map(tokens => plain(tokens.join('')))
// Values of one line: mostly right, so mostly compared.
const VALUE_TOKENS = TOKENS.filter(token => !/[\n\r\u2028*]/.test(token))
const values = fc
  .array(
    fc.array(fc.constantFrom(...VALUE_TOKENS), { maxLength: 8 }).map(tokens => tokens.join('')),
    { maxLength: 4 },
  )
  .map(lines => plain(lines.map((each, index) => `N${index}=${each}\n`).join('')))
const anything = fc.string({ unit: 'binary', maxLength: 200 }).map(plain)

/** Templates that are right, so ours must have nothing to say against them. */
const space = fc.constantFrom('', '', '', ' ', '\t', '  ', '\u00a0')
const words = (characters: string) =>
  fc.array(fc.constantFrom(...characters), { maxLength: 12 }).map(each => each.join(''))
const comment = words('ab #=\'"`\\$').map(text => `#${text}`)
const quotedBy = (quote: string, others: string) =>
  fc
    .tuple(words(`ab #=\n\\nr $:${others}`), space, fc.oneof(fc.constant(''), comment))
    .map(([text, after, note]) => {
      // A backslash before the last quote would escape it.
      return `${quote}${text.replace(/\\+$/, '')}${quote}${after}${note}`
    })
const value = fc.oneof(
  words('ab\\nr $:={}-._'),
  fc.tuple(words('ab$:={}'), comment).map(([text, note]) => `${text} ${note}`),
  quotedBy('"', "'`"),
  quotedBy("'", '"`'),
  quotedBy('`', '"\''),
)
const line = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(
      space,
      fc.constantFrom('', '', 'export '),
      fc.constantFrom('=', ' = ', '= ', ': '),
      value,
    ),
  },
  { weight: 1, arbitrary: comment },
  { weight: 1, arbitrary: space },
)
const template = fc
  .tuple(
    fc.array(line, { maxLength: 12 }),
    fc.constantFrom('\n', '\r\n', '\r'),
    fc.constantFrom('', '\ufeff'),
  )
  .map(([lines, lineEnd, mark]) => {
    const written = lines.map((each, index) =>
      typeof each === 'string' ? each : `${each[0]}${each[1]}N${index}.x-${index}${each[2]}${each[3]}`,
    )
    return plain(mark + written.join('\n').replaceAll('\n', lineEnd))
  })

test.each([
  ['templates by the grammar', template],
  ['a soup of what means something', soup],
  ['values of a soup', values],
  ['any text', anything],
])('gives what dotenv gives: %s', (_, arbitrary) => {
  fc.assert(
    fc.property(arbitrary, text => sameAsDotenv(text)),
    { numRuns: 5_000 },
  )
})

test('has nothing against a template that is right', () => {
  fc.assert(
    fc.property(template, text => expect(parseOurs(text).problems).toEqual([])),
    { numRuns: 2_000 },
  )
})

test.each([
  ['quotes kept', (value: string) => value.replace(/^x?/, '"')],
  ['\\r not known', (value: string) => value.replaceAll('\r', '\\r')],
  ['not trimmed', (value: string) => `${value} `],
])('the comparison finds a parser that is wrong: %s', (_, spoil) => {
  const wrong = (text: string) => {
    const { values, problems } = parseOurs(text)
    return {
      values: Object.fromEntries(Object.entries(values).map(([name, each]) => [name, spoil(each)])),
      problems,
    }
  }
  expect(
    fc.check(
      fc.property(template, text => sameAsDotenv(text, wrong)),
      { numRuns: 5_000 },
    ).failed,
  ).toBe(true)
})
