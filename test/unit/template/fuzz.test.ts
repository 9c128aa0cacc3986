import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { describe, SecwrapError } from '../../../src/core/errors.ts'
import { loadTemplate } from '../../../src/template/load.ts'
import { findLeaks } from '../../helpers/leaks.ts'
import { createFolder } from '../../helpers/temporary-folder.ts'

/** What means something, in any order; more of it is wrong than right. */
const TOKENS = [
  'A',
  'B=',
  '=',
  '"',
  "'",
  '`',
  '\\',
  '\\"',
  '#',
  '\n',
  '\n',
  '\r',
  ' ',
  ':',
  '$',
  '${',
  '${A',
  '${B:-',
  '${U:?',
  '}',
  '}',
  '{',
  '|',
  '|upper',
  '|base64decode',
  ':-',
  ':+',
  '?',
  '&',
  'ssm:///',
  'ssm://',
  'smm://',
  'vault://',
  'file://./',
  'vault:',
  '>>vault:',
  'ref+',
  'ref+awsssm://',
  'secretref+vault://',
  '+',
  '/',
  '/a',
  '..',
  '%',
  '%2f',
  '%00',
  'arn:aws:ssm:r:1:parameter/',
  '*=',
  'C_*=',
  '?optional',
  '?version=1',
  '#key',
  '\\.',
  '# @required',
  '# @type=',
  'enum(',
  'matches((a+)+$)',
  '\u2028',
  '\ufeff',
  '\0',
  '😀',
  'export ',
]
const soup = fc
  .array(fc.constantFrom(...TOKENS), { maxLength: 60 })
  .map(tokens => new TextEncoder().encode(tokens.join('')))
const bytes = fc.uint8Array({ maxLength: 300 })

/** Not of the clock: other programs on the machine take no part in it. */
function cpuMs(started: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(started)
  return (user + system) / 1_000
}

/** Loads from a file, as a user does. */
function load(path: string) {
  return loadTemplate({
    templates: [path],
    inherited: { A: 'inherited', B: '' },
    fromEnv: true,
    preferEnv: ['P*'],
  })
}

test.each([
  ['bytes', bytes],
  ['a soup of what means something', soup],
])('%s: entries or SecwrapErrors with a place, and in no time', (_, arbitrary) => {
  using folder = createFolder()
  fc.assert(
    fc.property(arbitrary, content => {
      const path = folder.write('t', content)
      const started = process.cpuUsage()
      const { problems } = load(path)
      expect(cpuMs(started)).toBeLessThan(1_000)
      for (const problem of problems) {
        expect(problem).toBeInstanceOf(SecwrapError)
        expect(['BAD_TEMPLATE', 'BAD_VALUE']).toContain(problem.code)
        expect(problem.details.place?.file).toBe(path)
      }
    }),
    { numRuns: 3_000 },
  )
})

/** A .env with real values, where a slip makes the parser complain: what it says must show none of them. */
test('no value of a file that was never a template is in a message', () => {
  const value = fc.string({
    unit: fc.constantFrom(...'abcXYZ0189$#"\'\\{}() :;,.!%&=?~^'),
    minLength: 16,
    maxLength: 24,
  })
  const form = fc.constantFrom(
    (text: string) => `A=${text}`,
    (text: string) => `A="${text}`,
    (text: string) => `A='${text}`,
    (text: string) => `A="\${${text}}"`,
    (text: string) => `A="x\n${text}\n`,
    (text: string) => `${text}`,
    (text: string) => `A\n${text}`,
  )
  using folder = createFolder()
  fc.assert(
    fc.property(value, form, (text, write) => {
      // What may be told is a name, a filter or a decorator; the value as a whole is none of these.
      const { problems, warnings } = load(folder.write('t', write(text)))
      const said = [
        ...problems.map(problem => `${describe(problem)} ${problem.details.hint}`),
        ...warnings,
      ].join('\n')
      expect(findLeaks([text], said)).toEqual([])
    }),
    { numRuns: 3_000 },
  )
})

const MIB = 1024 * 1024
const fill = (pattern: string, bytes = MIB) => pattern.repeat(Math.floor(bytes / pattern.length))

const entries = (value: string) => Array.from({ length: 3 }, (_, index) => `N${index}=${value}\n`).join('')

test.each([
  ['expressions that never end', fill('${')],
  ['the same, a line each', fill('A="${\n')],
  ['the same, in a value', `A="${fill('${')}"`],
  ['nested braces', `A=${fill('{', MIB / 2)}${fill('}', MIB / 2)}`],
  ['names', `A=${fill('${A}')}`],
  ['unset names', `X=${fill('${U}')}`],
  ['quotes, escaped', `A="${fill('\\"')}`],
  ['quotes, opened on each line', fill('A="x\n')],
  ['quotes of every kind', fill('A="\'`\n')],
  ['comments', fill('#')],
  ['comments on lines', fill('# @required\n')],
  ['white space', fill(' ')],
  ['white space after a quote', `A="${fill('" ', MIB / 2)}x`],
  ['lines', fill('\n')],
  ['carriage returns', fill('\r')],
  ['names without values', fill('A\n')],
  ['one long name', fill('A')],
  ['one long reference', `A=ssm:///${fill('a/', MIB / 2)}`],
  ['options', `A=ssm:///a?${fill('a=b&', MIB / 2)}`],
  ['keys', `A=vault://a#${fill('a.', MIB / 2)}a`],
  ['vals, started', `A=${fill('ref+')}`],
  ['vals, started with stores', `A=${fill('ref+a://')}`],
  ['vals, whole', `A=${fill('ref+vault://a/b+ ', MIB / 2)}`],
  ['decorators', `#${fill(' @type=enum((')}\nA=1`],
  ['filters', `A=\${A${fill('|upper', MIB / 2)}}`],
  ['defaults', `A=${fill('${U:-', MIB / 2)}${fill('}', MIB / 2)}`],
  ['separators', fill('A=1\u2028\n', MIB / 2)],
  ['3 values of names', entries(fill('${A}', MIB / 4))],
  ['3 values of unset names', entries(fill('${U}', MIB / 4))],
  ['3 values of defaults', entries(fill('${U:-x}', MIB / 4))],
  ['3 values of escapes', entries(fill('\\${', MIB / 4))],
  ['3 values of expressions that never end', entries(fill('${A:-', MIB / 4))],
  ['3 values of references', entries(fill('${ssm:///a}', MIB / 4))],
  ['3 values of vals', entries(fill('ref+vault://a/b+', MIB / 4))],
  ['3 values of comments and expressions', entries(fill('${A} # ', MIB / 4))],
  ['3 values of expressions in quotes', entries(`"${fill('${A}"', MIB / 4)}"`)],
])('a large file takes no more than seconds: %s', (_, text) => {
  using folder = createFolder()
  const path = folder.write('t', text)
  const started = process.cpuUsage()
  load(path)
  expect(cpuMs(started)).toBeLessThan(5_000)
})
