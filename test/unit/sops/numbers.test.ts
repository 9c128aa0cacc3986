import { expect, test } from '@jest/globals'
import { formatFloat, readJsonNumber } from '../../../src/sops/numbers.ts'

test.each([
  [0, '0'],
  [-0, '-0'],
  [1.5, '1.5'],
  [1e21, '1000000000000000000000'],
  [-1.25e22, '-12500000000000000000000'],
  [1e-7, '0.0000001'],
  [-1.5e-9, '-0.0000000015'],
  [123456.789, '123456.789'],
  [5e-324, `0.${'0'.repeat(323)}5`],
  [Number.NaN, 'NaN'],
  [Number.POSITIVE_INFINITY, '+Inf'],
  [Number.NEGATIVE_INFINITY, '-Inf'],
])('%p is %s without an exponent', (value, text) => {
  expect(formatFloat(value)).toBe(text)
})

test.each([
  // source                type     as it is hashed
  ['5432', 'int', '5432'],
  ['-7', 'int', '-7'],
  ['9223372036854775807', 'int', '9223372036854775807'],
  ['9223372036854775808', 'float', '9223372036854776000'],
  ['1.50', 'float', '1.5'],
  ['1e3', 'float', '1000'],
  ['-0', 'float', '-0'],
])('%s of a JSON file is a %s and stays digit for digit', (source, type, text) => {
  const plain = readJsonNumber(source)
  expect([plain.type, plain.text, plain.source ?? plain.text]).toEqual([type, text, source])
})
