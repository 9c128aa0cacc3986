import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { formatJson, isJsonObject, numberText, parseJson } from '../../../src/core/json.ts'

test.each([
  '0',
  '-0',
  '1.0',
  '-1.50',
  '1e3',
  '1E+400',
  '123456789012345',
  '9007199254740993',
  '12345678901234567',
  '12345678901234567890',
  '0.1',
  '-7',
])('%s keeps its digits, wherever it stands', number => {
  for (const text of [
    number,
    `[${number}]`,
    `[1,${number}]`,
    `{"a":${number}}`,
    `{"a":{"b":[${number},"x"]}}`,
  ]) {
    expect(formatJson(parseJson(text) ?? 'not JSON')).toBe(text)
  }
  expect(numberText(parseJson(number))).toBe(number)
  expect(formatJson(parseJson(` [ ${number} , { "a" : ${number} } ] `) ?? '')).toBe(
    `[${number},{"a":${number}}]`,
  )
})

const numbers = fc.oneof(
  fc.stringMatching(/^-?(0|[1-9]\d{0,24})(\.\d{1,5})?([eE][+-]?\d{1,3})?$/),
  fc.integer().map(String),
)
const texts = fc.letrec<{ any: string }>(tie => ({
  any: fc.oneof(
    { depthSize: 'small', maxDepth: 4 },
    numbers,
    fc.string().map(value => JSON.stringify(value)),
    fc.constantFrom('true', 'false', 'null', '":1.0"', '"[1e5,-0"'),
    fc.array(tie('any'), { maxLength: 4 }).map(items => `[${items.join(',')}]`),
    fc
      .uniqueArray(fc.tuple(fc.stringMatching(/^[a-z":]{1,3}$/), tie('any')), {
        selector: ([name]) => name,
        maxLength: 4,
      })
      .map(fields => `{${fields.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`),
  ),
})).any

test('any text comes out as it went in', () => {
  const comesOutAgain = (text: string) => {
    const value = parseJson(text)
    return value !== undefined && formatJson(value) === text
  }
  fc.assert(fc.property(texts, comesOutAgain), { numRuns: 500 })
})

test.each(['', '{', '{"a":}', '01', '1.', 'NaN', '{"a":1.0', '<html>'])('%j is not JSON', text => {
  expect(parseJson(text)).toBeUndefined()
})

test('a number that was kept is not an object', () => {
  expect([parseJson('1.0'), parseJson('1'), parseJson('[]'), parseJson('null')].some(isJsonObject)).toBe(
    false,
  )
  expect(isJsonObject(parseJson('{"rawJSON":"1"}'))).toBe(true)
  expect(numberText(parseJson('"1"'))).toBeUndefined()
})
