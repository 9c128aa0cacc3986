import { expect, test } from '@jest/globals'
import { Secret } from '../../../src/core/secret.ts'
import { sameValue } from '../../../src/resolve/compare.ts'

test.each([
  ['text', 'text', true],
  ['text', 'text\n', false],
  ['{"a":1,"b":2}', '{ "b": 2, "a": 1 }', true],
  ['{"a":{"x":[1,{"c":1,"d":2}]}}', '{"a":{"x":[1,{"d":2,"c":1}]}}', true],
  ['{"a":[1,2]}', '{"a":[2,1]}', false],
  ['{"a":1.0}', '{"a":1}', false],
  ['{"a":12345678901234567890}', '{"a":12345678901234567891}', false],
  ['{"a":null}', '{}', false],
  ['[1, 2]', '[1,2]', false], // no map, so its text counts
  ['1.0', '1.0 ', false],
])('%s and %s', (a, b, isSame) => {
  expect(sameValue(new Secret(a), new Secret(b))).toBe(isSame)
  expect(sameValue(new Secret(b), new Secret(a))).toBe(isSame)
})
