import { expect, test } from '@jest/globals'
import { listForms } from '../../../src/mask/forms.ts'

function textsOf(text: string, isMarked = false): readonly string[] {
  return listForms([{ text, isMarked }]).map(({ bytes }) => new TextDecoder().decode(bytes))
}

test.each([
  // form                               value            what it looks like
  ['itself', 'hunter2-pass', 'hunter2-pass'],
  ['base64, first alignment', 'hunter2', 'aHVudGVyMg=='],
  ['base64 without its padding', 'hunter2', 'aHVudGVyMg'],
  ['base64, goes on after it', 'hunter2', 'aHVudGVyM'],
  ['base64 behind one byte', 'hunter2', 'h1bnRlcjI'],
  ['base64 behind two bytes', 'hunter2', 'odW50ZXIy'],
  ['base64 with + and /', 'a>>>???b', 'YT4+Pj8/P2I='],
  ['base64url', 'a>>>???b', 'YT4-Pj8_P2I='],
  ['URL', 'a b/c+d&é', 'a%20b%2Fc%2Bd%26%C3%A9'],
  ['URL, lower case', 'a b/c+d&é', 'a%20b%2fc%2bd%26%c3%a9'],
  ['URL by Python, which keeps /', 'a b/c+d&é', 'a%20b/c%2Bd%26%C3%A9'],
  ['URL by JavaScript, which keeps !', 'a b/c!d', 'a%20b%2Fc!d'],
  ['form', 'a b/c+d~', 'a+b%2Fc%2Bd%7E'],
  ['JSON', 'say "hi"\\\n', 'say \\"hi\\"\\\\\\n'],
  ['JSON in JSON', 'say "hi"', 'say \\\\\\"hi\\\\\\"'],
  ['JSON in ASCII', 'pässword', 'p\\u00e4ssword'],
  ['JSON by PHP', 'pass/word', 'pass\\/word'],
  ['JSON by Go', 'pass<word>', 'pass\\u003cword\\u003e'],
  ['shell, single quotes', "pass'word", "pass'\\''word"],
  ["Python's shlex", "pass'word", `pass'"'"'word`],
  ['shell, double quotes', 'pass$word"`', 'pass\\$word\\"\\`'],
  ['printf %q', 'pass word;', 'pass\\ word\\;'],
  ['ANSI-C quotes', "it's\ntwo lines", "it\\'s\\ntwo lines"],
  ['without white space around it', ' hunter2\n', 'hunter2'],
  ['a line of it', 'first line\nsecond line\n', 'second line'],
  ['with the line ends of a terminal', 'one\ntwo\n', 'one\r\ntwo\r\n'],
  ['an indented line of it', '{\n  "key": "abc"\n}', '"key": "abc"'],
  ['a text of a JSON document', '{"a":{"b":["hunter2"]}}', 'hunter2'],
])('%s', (_, value, form) => {
  expect(textsOf(value)).toContain(form)
})

test.each([
  ['of fewer than six characters', 'abc12'],
  ['a port', '5432'],
  ['a common word', 'production'],
  ['a common word with a line end', 'production\n'],
  ['in capitals', 'TRUE'],
  ['one character again and again', '--------'],
])('a value %s is left alone, unless it is marked', (_, value) => {
  expect(textsOf(value)).toEqual([])
  expect(textsOf(value, true)).toContain(value)
})

test('short and common lines are left alone, also of a marked value', () => {
  const texts = textsOf('{\n"a":1\nproduction\nhunter2-pass\n}', true)
  expect(texts).toContain('hunter2-pass')
  for (const line of ['{', '}', '"a":1', 'production']) expect(texts).not.toContain(line)
})

test('an empty value has no form, and each form is there once', () => {
  expect(textsOf('', true)).toEqual([])
  const texts = textsOf('hunter2-hunter2')
  expect(new Set(texts).size).toBe(texts.length)
})
