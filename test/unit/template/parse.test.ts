import { expect, test } from '@jest/globals'
import { runTemplate } from '../../helpers/run-template.ts'

test.each<[string, string, Record<string, string>]>([
  ['unquoted', 'A= b c  # note', { A: 'b c' }],
  ['a # without white space before it', 'A=b#c', { A: 'b' }],
  ['double quotes', 'A=" b # c " # note', { A: ' b # c ' }],
  ['\\n and \\r in double quotes, nothing else', 'A="a\\nb\\r\\tc\\\\n"', { A: 'a\nb\r\\tc\\\n' }],
  ['single quotes', 'A=\'a\\nb "c"\'', { A: 'a\\nb "c"' }],
  ['backticks', 'A=`a "b" \'c\'`', { A: 'a "b" \'c\'' }],
  ['several lines', 'A="b\nc"\nB=\'d\n\ne\'\nC=f', { A: 'b\nc', B: 'd\n\ne', C: 'f' }],
  ['an escaped quote keeps its backslash', 'A="a\\"b"', { A: 'a\\"b' }],
  ['a backslash before the last quote', 'A="C:\\dir\\"\nB=1', { A: 'C:\\dir\\', B: '1' }],
  ['an apostrophe in single quotes', "A='it's'", { A: "it's" }],
  ['text after the closing quote', 'A="b" c', { A: '"b" c' }],
  ['export', 'export A=1\nexport\tB=2\nexport=3\n', { A: '1', B: '2', export: '3' }],
  ['a colon', 'A: 1\nB:\t"2"', { A: '1', B: '2' }],
  ['CRLF and CR', 'A=1\r\nB="2\r\n3"\rC=4', { A: '1', B: '2\n3', C: '4' }],
  ['a BOM', '\ufeffA=1', { A: '1' }],
  ['white space everywhere', '  A  =  1  \n\t B\t=\t2', { A: '1', B: '2' }],
  ['empty values', 'A=\nB=""\nC= # note\nD=#note', { A: '', B: '', C: '', D: '' }],
  ['= in a value', 'A=b=c==', { A: 'b=c==' }],
  ['comments and empty lines', '\n# A=1\n   # B=2\n\nC=3', { C: '3' }],
  ['$NAME and $$ are text', 'A=$B$$C$(d)\nE="$F"', { A: '$B$$C$(d)', E: '$F' }],
  ['U+2028 in quotes', 'A="b\u2028c"', { A: 'b\u2028c' }],
])('%s', (_, text, environment) => {
  expect(runTemplate(text)).toMatchObject({ environment, problems: [] })
})

test.each<[string, string, string[], string | undefined]>([
  [
    'a line that is none',
    'A=1\nwhat is this\nB=2',
    ['.env.template:2: this line is not NAME=value [BAD_TEMPLATE]'],
    'values of several lines go in quotes',
  ],
  [
    'several in a row are told once',
    'a b\nc d\ne f\nA=1',
    ['.env.template:1: this line is not NAME=value, nor are the next 2 [BAD_TEMPLATE]'],
    'values of several lines go in quotes',
  ],
  [
    'and two',
    'a b\nc d',
    ['.env.template:1: this line is not NAME=value, nor is the next [BAD_TEMPLATE]'],
    'values of several lines go in quotes',
  ],
  [
    'no name',
    '=1',
    ['.env.template:1: this line is not NAME=value [BAD_TEMPLATE]'],
    'values of several lines go in quotes',
  ],
  [
    'a colon without white space',
    'A:1',
    ['.env.template:1: this line is not NAME=value [BAD_TEMPLATE]'],
    'values of several lines go in quotes',
  ],
  [
    'a value that begins on the next line',
    'A=\n"b"',
    ['.env.template:2: this line is not NAME=value [BAD_TEMPLATE]'],
    'values of several lines go in quotes',
  ],
  [
    'export without a name',
    'export',
    ['.env.template:1: this line is not NAME=value [BAD_TEMPLATE]'],
    'values of several lines go in quotes',
  ],
  [
    'a quote that never ends',
    'A="b\nB=1',
    ['.env.template:1: A: the quote " never ends [BAD_TEMPLATE]'],
    'close it with ", or put the whole value in other quotes',
  ],
  [
    'a name twice',
    'A=1\nB=2\nA=3',
    ['.env.template:3: A: A is set twice, first in line 1 [BAD_TEMPLATE]'],
    undefined,
  ],
  [
    'U+2028 in a comment',
    '# fine\u2028B=1\nA=1',
    ['.env.template:1: U+2028 outside quotes, which some programs take for a line end [BAD_TEMPLATE]'],
    undefined,
  ],
  [
    'U+2029 in a value',
    'A=1\u2029B=2',
    ['.env.template:1: U+2029 outside quotes, which some programs take for a line end [BAD_TEMPLATE]'],
    undefined,
  ],
  [
    'the line counts through quotes',
    'A="1\n2\n3"\n=\n',
    ['.env.template:4: this line is not NAME=value [BAD_TEMPLATE]'],
    'values of several lines go in quotes',
  ],
  [
    'a name that no environment takes',
    'a.b=1',
    [".env.template:1: a.b: a.b can't be the name of an environment variable [BAD_TEMPLATE]"],
    'letters, digits and _, and no digit first',
  ],
  [
    'a name that begins with a digit',
    '1A=1',
    [".env.template:1: 1A: 1A can't be the name of an environment variable [BAD_TEMPLATE]"],
    'letters, digits and _, and no digit first',
  ],
])('refuses %s', (_, text, problems, hint) => {
  expect(runTemplate(text)).toMatchObject({ problems, hints: [hint] })
})

test.each([
  [
    'an escaped double quote',
    'A="a\\"b"',
    '.env.template:1: A: the \\ before a double quote stays, as in dotenv',
  ],
  [
    'text after a quote',
    '\nA="b" c',
    '.env.template:2: A: text after the closing quote, so the quotes inside stay, as in dotenv',
  ],
])('warns of %s', (_, text, warning) => {
  expect(runTemplate(text).warnings).toEqual([warning])
})

test('a bare name lets the inherited value through, and nothing where there is none', () => {
  const { environment, problems } = runTemplate('A\nexport B # note\nC\n', {
    inherited: { A: '1', B: '', X: '2' },
  })
  expect([environment, problems]).toEqual([{ A: '1', B: '' }, []])
})

test('a bare name may be one that only an inherited variable has', () => {
  expect(runTemplate('a.b', { inherited: { 'a.b': '1' } }).environment).toEqual({ 'a.b': '1' })
})

test('no line of a template is shown: it may be part of a secret', () => {
  const text = 'KEY="-----BEGIN\ntop secret words\n=abcdef012345\nB=${top secret}\nC=\'open top secret'
  const { problems, hints } = runTemplate(text)
  expect(problems).toHaveLength(4)
  expect(JSON.stringify([problems, hints])).not.toMatch(/top secret|abcdef/)
})
