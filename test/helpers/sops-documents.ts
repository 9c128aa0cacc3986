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
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .filter(number => number < 2 ** 63 || number >= 2 ** 64)
    .map(number => number + 0), // JSON.stringify has no -0
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

/** YAML in block style with comments above, behind and below its values; some of them say `seal`. */
export const commentedYaml: fc.Arbitrary<string> = fc
  .array(fc.nat(999), { minLength: 60, maxLength: 60 })
  .map(numbers => new YamlWriter(numbers).writeMap(0, 0))

class YamlWriter {
  readonly #numbers: readonly number[]
  #at = 0

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers
  }

  /** @param indent - of its lines; its first one has none where it stands behind a dash. */
  writeMap(indent: number, depth: number): string {
    const names = ['a', 'b', 'c'].slice(0, 1 + this.#choose(3))
    return (
      names.map(name => this.#above(indent) + this.#entry(name, indent, depth)).join('') + this.#above(indent)
    )
  }

  #entry(name: string, indent: number, depth: number): string {
    const line = `${' '.repeat(indent)}${name}:`
    const kind = depth < 3 ? this.#choose(4) : 0
    if (kind < 2) return `${line} ${['x', '5', '"q"', 'true'][this.#choose(4)]}${this.#behind()}\n`
    const behind = `${line}${this.#behind()}\n`
    return behind + (kind === 2 ? this.writeMap(indent + 4, depth + 1) : this.#list(indent + 4, depth + 1))
  }

  #list(indent: number, depth: number): string {
    const items = Array.from(
      { length: 1 + this.#choose(3) },
      () => this.#above(indent) + this.#item(indent, depth),
    )
    return items.join('') + this.#above(indent)
  }

  #item(indent: number, depth: number): string {
    const dash = `${' '.repeat(indent)}- `
    if (depth >= 3 || this.#choose(2) === 0) return `${dash}${this.#choose(9)}${this.#behind()}\n`
    return `${dash}x: 1${this.#behind()}\n${this.writeMap(indent + 2, depth + 1)}`
  }

  #above(indent: number): string {
    const text = ['', '', '', '# note', '# seal this', '# seal\n# two lines'][this.#choose(6)] ?? ''
    return text.replaceAll(/^#.*$/gm, line => `${' '.repeat(indent)}${line}`) + (text && '\n')
  }

  #behind(): string {
    return ['', '', '', ' # note', ' # seal'][this.#choose(5)] ?? ''
  }

  #choose(count: number): number {
    return (this.#numbers[this.#at++ % this.#numbers.length] ?? 0) % count
  }
}
