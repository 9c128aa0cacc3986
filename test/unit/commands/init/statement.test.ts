import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { readDotenv } from '../../../../src/commands/init/dotenv.ts'
import { writeReference, writeText } from '../../../../src/commands/init/statement.ts'
import { runTemplate } from '../../../helpers/run-template.ts'

function entryOf(line: string) {
  const [entry] = readDotenv(line).entries.values()
  if (!entry) throw new Error(`no entry: ${line}`)
  return entry
}

test.each([
  ['as it stands', 'export A = "x y"  # c', 'export A = "x y"  # c'],
  ['its colon', 'A: 1', 'A: 1'],
  ['what secwrap would expand', 'A="${B} c" # d', "A='${B} c' # d"],
  ['and unquoted', 'A=${B}', "A='${B}'"],
  ['with single quotes in it', `A="it's \${B}"`, "A=`it's ${B}`"],
  ['with two kinds of quotes', 'A="`it\'s` ${B}"', 'A="`it\'s` \\${B}"'],
  ['a line end besides', 'A="`it\'s`\n${B}"', 'A="`it\'s`\n\\${B}"'],
  ['a carriage return', `A="\${B}\\r"`, 'A="\\${B}\\r"'],
  ['a backslash before ${', String.raw`A=\${B}`, String.raw`A='\${B}'`],
  ['what secwrap would read', 'A=vault://kv/app', "A='vault://kv/app'"],
  ['and what it would refuse', 'A=smm:///a', "A='smm:///a'"],
  ['a quote that never ends', 'A="x', `A='"x'`],
  ['text behind a quote', 'A="x" y', `A='"x" y'`],
  ['a name and a value on two lines', 'A=\n"1"', "A='1'"],
  ['a comment without a blank', 'A="${B}"#c', "A='${B}' #c"],
])('text: %s', (_, line, expected) => {
  expect(writeText(entryOf(line))).toBe(expected)
})

test.each([
  ['every kind of quotes and a hash', 'A="`it\'s` \\"${B}\\" # x"'],
  ['a backslash at its end', "A='# ${B}\\'"],
])('no text: %s', (_, line) => {
  expect(writeText(entryOf(line))).toBeUndefined()
})

test.each([
  ['export A = "x" # c', 'export A = sops://./s.json#A # c'],
  ['A=x', 'A=sops://./s.json#A'],
  ['A: x', 'A: sops://./s.json#A'],
  ['A="x"#c', 'A=sops://./s.json#A #c'],
  ['A=\n"x"', 'A=sops://./s.json#A'],
  ['A\n=\n"x"', 'A=sops://./s.json#A'],
])('reference: %j', (line, expected) => {
  expect(writeReference(entryOf(line), 'sops://./s.json#A')).toBe(expected)
})

const value = fc
  .array(
    fc.constantFrom(
      ...'ab #="\'`\\n$\n{}:/-',
      '${',
      '${A}',
      '\\${',
      'vault://a',
      'ref+vault://a',
      '\r',
      '\u2028',
      'é',
    ),
    {
      maxLength: 12,
    },
  )
  .map(pieces => pieces.join(''))

test('whatever is written as text is read as the same value, whatever follows', () => {
  let written = 0
  fc.assert(
    fc.property(value, value, (text, next) => {
      const entry = { name: 'A', value: text, head: 'A=', raw: text, gap: '', comment: '' }
      const line = writeText(entry)
      if (line === undefined) return
      written++
      const after = next.replaceAll(/[\n\r]/g, '\n# ')
      const { environment, problems } = runTemplate(`${line}\n# ${after}\nB='x'\n`)
      expect(problems.filter(problem => !problem.includes('U+202'))).toEqual([])
      expect(environment).toEqual({ A: text, B: 'x' })
    }),
    { numRuns: 3_000 },
  )
  expect(written).toBeGreaterThan(1_000)
})
