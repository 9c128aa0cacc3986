import { expect, test } from '@jest/globals'
import { keepDigits, toField, toMap, toText } from '../../../src/copy/values.ts'
import { formatJson, parseJson } from '../../../src/core/json.ts'

test.each([
  // a text                       as a map
  ['plain', { value: 'plain' }],
  ['', { value: '' }],
  ['12', { value: '12' }],
  ['["list"]', { value: '["list"]' }],
  ['{"a":"x"}', { a: 'x' }],
  ['{"value":"x","b":"y"}', { value: 'x', b: 'y' }],
  ['{"value":5}', { value: 5 }],
  ['{"value":"x"}', { value: '{"value":"x"}' }], // else it would come back as x
  ['{}', {}],
])('the text %s is the map %j, and comes back', (text, map) => {
  expect(toMap(text)).toEqual(map)
  expect(toText(toMap(text))).toBe(text)
})

test.each([
  [{ value: 'x' }, 'x', 'x'],
  [{ value: 'x', more: 'y' }, '{"value":"x","more":"y"}', { value: 'x', more: 'y' }],
  [{ value: 5 }, '{"value":5}', { value: 5 }],
  [{ a: { value: 'x' } }, '{"a":{"value":"x"}}', { a: { value: 'x' } }],
  [5432, '5432', 5432],
  [true, 'true', true],
  [['a', 1], '["a",1]', ['a', 1]],
])('%j is the text %s, and the field %j', (value, text, field) => {
  expect(toText(value)).toBe(text)
  expect(toField(value)).toEqual(field)
})

test.each([
  ['{"n":12345678901234567890,"f":1.50,"e":1e3}', '{"n":"12345678901234567890","f":"1.50","e":"1e3"}'],
  ['{"f":1.5,"n":5,"deep":[1.0,{"x":-0}]}', '{"f":1.5,"n":5,"deep":["1.0",{"x":"-0"}]}'],
  ['{"a":"1.50","b":true,"c":null}', '{"a":"1.50","b":true,"c":null}'],
])('%s without numbers that floating point changes: %s', (before, after) => {
  expect(formatJson(keepDigits(parseJson(before) ?? null))).toBe(after)
})
