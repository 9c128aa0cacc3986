import { expect, test } from '@jest/globals'
import { Secret } from '../../../src/core/secret.ts'
import { fieldsOf, selectField } from '../../../src/resolve/select.ts'

const text =
  '{"a":"x","n":12345678901234567890,"f":1.50,"t":true,"o":{"b":[1,{"c":"deep"}]},"z":null,"e":"","a.b":"dot"}'

test.each([
  ['text', ['a'], 'x'],
  ['a number, digit for digit', ['n'], '12345678901234567890'],
  ['a fraction as it stands', ['f'], '1.50'],
  ['a boolean', ['t'], 'true'],
  ['an object as JSON', ['o'], '{"b":[1,{"c":"deep"}]}'],
  ['an element of a list', ['o', 'b', '1', 'c'], 'deep'],
  ['the empty text', ['e'], ''],
  ['a key with a dot', ['a.b'], 'dot'],
])('%s', (_, key, expected) => {
  expect(selectField(new Secret(text), key, 'ref').reveal()).toBe(expected)
})

test.each([
  ['null', text, ['z'], 'NOT_FOUND'],
  ['a missing field', text, ['nope'], 'NOT_FOUND'],
  ['a field of text', text, ['a', 'length'], 'NOT_FOUND'],
  ['an inherited property', text, ['constructor'], 'NOT_FOUND'],
  ['an index that is no number', text, ['o', 'b', '01'], 'NOT_FOUND'],
  ['a field of a number', text, ['n', 'rawJSON'], 'NOT_FOUND'],
  ['no JSON', 'hunter2', ['a'], 'BAD_VALUE'],
  ['JSON that is no object', '12', ['a'], 'BAD_VALUE'],
])('%s is an error without the value', (_, value, key, code) => {
  const attempt = () => selectField(new Secret(value), key, 'vault://x#y')
  expect(attempt).toThrow(expect.objectContaining({ code }))
  expect(attempt).toThrow(expect.objectContaining({ message: expect.not.stringContaining('hunter2') }))
})

test('a wildcard imports every field but null', () => {
  const fields = [...(fieldsOf(new Secret('{"a":"x","n":1.0,"z":null,"o":{"b":1}}')) ?? [])]
  expect(fields.map(([name, secret]) => [name, secret.reveal()])).toEqual([
    ['a', 'x'],
    ['n', '1.0'],
    ['o', '{"b":1}'],
  ])
})

test.each(['[1]', 'text', '1', 'null'])('%s has no fields to import', value => {
  expect(fieldsOf(new Secret(value))).toBeUndefined()
})
