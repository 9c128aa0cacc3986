import { expect, test } from '@jest/globals'
import { readPlainScalar } from '../../../src/sops/yaml-scalar.ts'

// What go.yaml.in/yaml/v3, the parser of sops, makes of each.
test.each([
  ['text', 'str', 'text'],
  ['yes', 'str', 'yes'],
  ['True', 'bool', 'True'],
  ['tRUE', 'str', 'tRUE'],
  ['false', 'bool', 'False'],
  ['', 'null', ''],
  ['~', 'null', ''],
  ['NULL', 'null', ''],
  ['12', 'int', '12'],
  ['+12', 'int', '12'],
  ['-0', 'int', '0'],
  ['0777', 'int', '511'],
  ['0o17', 'int', '15'],
  ['-0x1F', 'int', '-31'],
  ['0b101', 'int', '5'],
  ['1_000', 'int', '1000'],
  ['089', 'float', '89'],
  ['9223372036854775807', 'int', '9223372036854775807'],
  ['1.50', 'float', '1.5'],
  ['.5', 'float', '0.5'],
  ['1e3', 'float', '1000'],
  ['1.', 'float', '1'],
  ['.nan', 'float', 'NaN'],
  ['-.inf', 'float', '-Inf'],
  ['1.2.3', 'str', '1.2.3'],
  ['-', 'str', '-'],
  ['12a', 'str', '12a'],
  ['2001-12-14', 'time', '2001-12-14T00:00:00Z'],
  ['2001-1-4', 'time', '2001-01-04T00:00:00Z'],
  ['2001-12-14T21:59:43.10-05:00', 'time', '2001-12-14T21:59:43.1-05:00'],
  ['2001-12-14t21:59:43Z', 'time', '2001-12-14T21:59:43Z'],
  ['2001-12-14 21:59:43', 'time', '2001-12-14T21:59:43Z'],
  ['2001-12-14T21:59:43.000+00:00', 'time', '2001-12-14T21:59:43Z'],
  ['2001-02-30', 'str', '2001-02-30'],
  ['2001-13-01', 'str', '2001-13-01'],
  ['2001-12-14T25:00:00Z', 'str', '2001-12-14T25:00:00Z'],
])('%j is a %s', (source, type, text) => {
  const plain = readPlainScalar(source)
  expect([plain.type, plain.text]).toEqual([type, text])
})
