import { expect, test } from '@jest/globals'
import { toJson } from '../../../../src/providers/shared/formats.ts'

test.each([
  // format, text, result
  [undefined, '{"a": 1.0}', '{"a": 1.0}'],
  ['json', 'a', 'a'],
  ['dotenv', 'A=1\nB="x\\ny"', '{"A":"1","B":"x\\ny"}'],
  ['yaml', 'a:\n  b: [x, "y", true, null]', '{"a":{"b":["x","y",true,null]}}'],
  [
    'yaml',
    'a: 12345678901234567890\nb: 1.0\nc: 1e3\nd: "007"\ne: 007',
    '{"a":12345678901234567890,"b":1.0,"c":1e3,"d":"007","e":7}',
  ],
  ['yaml', 'a: 0x1F\nb: .5', '{"a":31,"b":0.5}'],
  ['yaml', 'a: &x {k: v}\nb: *x', '{"a":{"k":"v"},"b":{"k":"v"}}'],
  ['yaml', '{"a": {"b": "c"}}', '{"a":{"b":"c"}}'],
  ['yaml', '', 'null'],
])('as %s: %p', async (format, text, result) => {
  expect(await toJson(text, format, 'file:///x')).toBe(result)
})

test.each([
  ['not YAML', 'a: [open sesame', 'file:///x is not valid YAML'],
  ['two documents', 'a: sesame\n---\nb: 1', 'file:///x is not valid YAML'],
  ['an alias of nothing', 'a: *sesame', 'file:///x: its YAML aliases expand to too much'],
  [
    'aliases that multiply',
    [
      'a0: &a0 sesame',
      ...Array.from({ length: 20 }, (_, index) => `a${index + 1}: &a${index + 1} [*a${index}, *a${index}]`),
    ].join('\n'),
    'file:///x: its YAML aliases expand to too much',
  ],
])('refuses %s, and shows nothing of it', async (_, text, message) => {
  await expect(toJson(text, 'yaml', 'file:///x')).rejects.toMatchObject({ code: 'BAD_VALUE', message })
})
