import { expect, test } from '@jest/globals'
import { Secret } from '../../../src/core/secret.ts'
import { deleteField, setField } from '../../../src/resolve/merge.ts'

test.each([
  // before                                  key               after
  [undefined, ['a'], '{"a":"new"}'],
  ['{}', ['a'], '{"a":"new"}'],
  ['{"a":"old","b":1.0}', ['a'], '{"a":"new","b":1.0}'],
  ['{"n":12345678901234567890,"e":1e3}', ['a'], '{"n":12345678901234567890,"e":1e3,"a":"new"}'],
  ['{"a":{"b":"old","c":null}}', ['a', 'b'], '{"a":{"b":"new","c":null}}'],
  ['{"x":1}', ['a', 'b', 'c'], '{"x":1,"a":{"b":{"c":"new"}}}'],
  ['{"a":null}', ['a', 'b'], '{"a":{"b":"new"}}'],
  ['{"a":["x","y"]}', ['a', '1'], '{"a":["x","new"]}'],
  ['{"a":["x"]}', ['a', '1'], '{"a":["x","new"]}'],
  ['{"a":[{"b":1}]}', ['a', '0', 'b'], '{"a":[{"b":"new"}]}'],
  ['{"a.b":"old"}', ['a.b'], '{"a.b":"new"}'],
  ['{}', ['__proto__'], '{"__proto__":"new"}'],
  ['{"__proto__":{"a":"old"}}', ['__proto__', 'a'], '{"__proto__":{"a":"new"}}'],
  ['{}', ['constructor', 'x'], '{"constructor":{"x":"new"}}'],
])('%s with %j set is %s', (before, key, after) => {
  const secret = before === undefined ? undefined : new Secret(before)
  expect(setField(secret, key, 'new', 'ssm:///x').reveal()).toBe(after)
})

test.each([
  ['plain text', 'planted-text', ['a']],
  ['a list', '["planted-text"]', ['0']],
  ['a number', '12345678', ['a']],
  ['text on the way', '{"a":"planted-text"}', ['a', 'b']],
  ['a number on the way', '{"a":1.0}', ['a', 'b']],
  ['a place that a list does not have', '{"a":["planted-text"]}', ['a', '5']],
  ['a name in a list', '{"a":["planted-text"]}', ['a', 'b']],
])('%s has no fields to set', (_, before, key) => {
  const attempt = () => setField(new Secret(before), key, 'new', 'ssm:///x')
  expect(attempt).toThrow(expect.objectContaining({ code: 'BAD_VALUE' }))
  expect(attempt).not.toThrow(expect.objectContaining({ message: expect.stringContaining('planted') }))
})

test.each([
  ['{"a":1.0,"b":2}', ['b'], '{"a":1.0}'],
  ['{"a":1}', ['a'], '{}'],
  ['{"a":{"b":1,"c":2}}', ['a', 'b'], '{"a":{"c":2}}'],
  ['{"a":["x","y","z"]}', ['a', '1'], '{"a":["x","z"]}'],
  ['{"a":[{"b":1,"c":2}]}', ['a', '0', 'c'], '{"a":[{"b":1}]}'],
  ['{"a":null}', ['a'], '{}'],
  ['{"__proto__":1,"a":2}', ['__proto__'], '{"a":2}'],
])('%s without %j is %s', (before, key, after) => {
  expect(deleteField(new Secret(before), key, 'ssm:///x')?.reveal()).toBe(after)
})

test.each([
  ['{"a":1}', ['b']],
  ['{"a":{"b":1}}', ['a', 'c']],
  ['{"a":"text"}', ['a', 'b']],
  ['{"a":["x"]}', ['a', '1']],
  ['{}', ['toString']],
])('%s has no %j to delete', (before, key) => {
  expect(deleteField(new Secret(before), key, 'ssm:///x')).toBeUndefined()
})
