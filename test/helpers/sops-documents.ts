/** Documents for fast-check, as the three formats of sops can carry them. */
import fc from 'fast-check'

export type Value = string | number | boolean | null | readonly Value[] | { readonly [name: string]: Value }
export type Fields = { readonly [name: string]: Value }

// Names that a parser could trip over, beside any text. `sops` is the format's own.
const name = fc
  .oneof(
    fc.constantFrom(
      'a',
      'db',
      'DB_HOST',
      'a.b',
      'a:b',
      '10',
      '2',
      'true',
      'null',
      '- x',
      '#x',
      "it's",
      'é',
      '<&>',
    ),
    fc.string({ minLength: 1, maxLength: 12 }),
    fc.string({ minLength: 1, maxLength: 6, unit: 'grapheme' }),
  )
  .filter(text => text !== 'sops' && text !== '<<' && text !== '__proto__')
  // sops writes these unescaped in a name, as YAML 1.1 has it; in YAML 1.2 it is another name, and ours refuses it.
  .filter(text => !/[\u2028\u2029]/.test(text))

const text = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.string({ maxLength: 12, unit: 'grapheme' }),
  fc.constantFrom(
    '',
    ' ',
    'two\nlines\n',
    '"quoted"',
    "it's",
    '\\n',
    'a#b',
    ' # c',
    '123',
    'true',
    'ENC[',
    '{"a":1}',
  ),
)

const scalar: fc.Arbitrary<Value> = fc.oneof(
  { weight: 4, arbitrary: text },
  fc.boolean(),
  fc.integer(),
  // sops has no type for a whole number from 2^63 to 2^64.
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter(number => number < 2 ** 63 || number >= 2 ** 64),
  fc.constant(null),
)

/** Nested maps and lists, for JSON and YAML. */
export const nested: fc.Arbitrary<Fields> = fc.letrec<{ value: Value; fields: Fields }>(tie => ({
  value: fc.oneof({ maxDepth: 3 }, scalar, fc.array(tie('value'), { maxLength: 3 }), tie('fields')),
  fields: fc.dictionary(name, tie('value'), { maxKeys: 5, noNullPrototype: true }),
})).fields

/** Names and texts of one line each, for dotenv; a line break within a value is `\n`. */
export const flat: fc.Arbitrary<Readonly<Record<string, string>>> = fc.dictionary(
  fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,11}$/).filter(key => !key.startsWith('sops_')),
  text.map(value => value.replaceAll(/\\|\r/g, '')),
  { maxKeys: 8, noNullPrototype: true },
)

export function formatDotenv(fields: Readonly<Record<string, string>>): string {
  const lines = Object.entries(fields).map(([key, value]) => `${key}=${value.replaceAll('\n', '\\n')}\n`)
  return lines.join('')
}
