import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { completeFlags } from '../../../src/commands/flag-values.ts'
import { COMMON_FLAGS, EXEC_FLAGS, MASK_FLAGS } from '../../../src/commands/flags.ts'
import { parseArguments } from '../../../src/commands/parse-arguments.ts'
import { quickParse } from '../../../src/commands/quick-parse.ts'

const flags = [...COMMON_FLAGS, ...EXEC_FLAGS, ...MASK_FLAGS]

test.each([
  ['nothing', [], {}, []],
  ['the container form', ['--', 'node', 'app.js'], {}, ['node', 'app.js']],
  ['without --', ['node', '--version'], {}, ['node', '--version']],
  [
    'flags',
    ['-t', 'a', '--template=b', '--pristine', '--', 'x'],
    { template: ['a', 'b'], pristine: true },
    ['x'],
  ],
  ['standard input', ['-t', '-', '--', 'x'], { template: ['-'] }, ['x']],
  ['a negated flag', ['--no-color', '--', 'x'], { color: false }, ['x']],
  ['a boolean with a value', ['--pristine=no', '--', 'x'], { pristine: false }, ['x']],
  ['a boolean with a choice', ['--mask=pty', '--', 'x'], { mask: 'pty' }, ['x']],
  ['the same without', ['--mask', 'pty'], { mask: true }, ['pty']],
  ['a number', ['--timeout', '2.5', '--', 'x'], { timeout: 2.5 }, ['x']],
  ['the last one wins', ['-e', 'dev', '-e', 'prod', 'x'], { environment: 'prod' }, ['x']],
  [
    'untouched arguments',
    ['--', 'x', '007', '', '--', '-t', '--help'],
    {},
    ['x', '007', '', '--', '-t', '--help'],
  ],
])('%s', (_, argv, values, command) => {
  expect(quickParse(argv, flags)).toEqual({ values, words: command })
})

test.each([
  ['help', ['--help']],
  ['a typo', ['--pristin', '--', 'x']],
  ['a missing value', ['-t']],
  ['a flag where a value should be', ['--environment', '--pristine', '--', 'x']],
])('%s is left to yargs-parser', (_, argv) => {
  expect(quickParse(argv, flags)).toBeUndefined()
})

const value = fc.constantFrom('a', 'b.env', '007', '1', 'x=y', 'ssm:///prod/', '-')
const word = fc.oneof(
  fc.constantFrom(
    '--pristine',
    '--pristine=no',
    '--no-pristine',
    '--from-env',
    '--mask',
    '--mask=pty',
    '--no-mask',
  ),
  fc.constantFrom('--no-color', '--pass-credentials'),
  fc.tuple(fc.constantFrom('--template', '-t', '--from', '--keep', '--prefer-env', '--environment'), value),
  fc
    .tuple(fc.constantFrom('--template', '--from', '--environment'), value)
    .map(([name, text]) => `${name}=${text}`),
  fc.constantFrom(['--timeout', '5'], ['--log-level', 'debug']),
)
const command = fc.array(
  fc.constantFrom(
    'node',
    '007',
    '',
    '-x',
    '--',
    '--help',
    '-t',
    'a b',
    '--color',
    '--no-color',
    '--mask=no',
    '-:',
  ),
)
const argv = fc
  .tuple(fc.array(word), fc.constantFrom('--', 'run'), command)
  .map(([words, start, rest]) => [...words.flat(), start, ...rest])

test('the quick parser and yargs-parser agree on every plain command line', () => {
  fc.assert(
    fc.property(argv, words => {
      const quick = quickParse(words, flags)
      const slow = parseArguments(words, flags, { runsProgram: true })
      expect({ values: slow.values, words: slow.words }).toEqual(quick)
    }),
    { numRuns: 500 },
  )
})

test.each<[string, string[], object, string[]]>([
  ['flags after words', ['ssm:///x', '--timeout', '5'], { timeout: 5 }, ['ssm:///x']],
  ['a boolean with a value', ['--pristine=yes', 'x'], { pristine: true }, ['x']],
  ['the last one wins', ['--mask', '--no-mask', '--mask=pty'], { mask: 'pty' }, []],
  ['words after --', ['--pristine', '--', '--help'], { pristine: true }, ['--help']],
])('yargs-parser: %s', (_, argv, values, words) => {
  expect(parseArguments(argv, flags)).toEqual({ values, words, help: false })
})

test.each([
  ['a typo', ['--pristin'], 'unknown flag --pristin', 'did you mean --pristine?'],
  ['no value', ['--environment'], '--environment needs a value', '--environment NAME'],
  ['an empty value', ['--template='], '--template needs a value', '--template FILE'],
  ['no number', ['--timeout', 'soon'], '--timeout takes a number', ''],
  ['neither yes nor no', ['--pristine=maybe'], '--pristine takes true or false', ''],
  ['no choice either', ['--mask=tty'], '--mask takes true, false or pty', ''],
])('%s is an error with a way out', (_, argv, message, hint) => {
  const attempt = () => parseArguments(argv, flags)
  expect(attempt).toThrow(
    expect.objectContaining({ code: 'BAD_USAGE', message: expect.stringContaining(message) }),
  )
  if (hint)
    expect(attempt).toThrow(expect.objectContaining({ details: { hint: expect.stringContaining(hint) } }))
})

test.each([
  ['a flag that is none', ['ssm:///x', '-planted-value']],
  ['one with a value', ['ssm:///x', '--planted-value=planted-value']],
])('where an argument may be a value, it is not repeated: %s', (_, argv) => {
  const attempt = () => parseArguments(argv, flags, { hidesArguments: true })
  expect(attempt).toThrow(expect.objectContaining({ code: 'BAD_USAGE', message: 'unknown flag' }))
})

test.each([
  ['pty', 'pty'],
  ['yes', true],
  ['0', false],
])('a variable may hold what the flag takes: %s', (text, mask) => {
  expect(completeFlags({}, MASK_FLAGS, { SECWRAP_MASK: text })).toEqual({ mask })
})

test('and nothing else', () => {
  const attempt = () => completeFlags({}, MASK_FLAGS, { SECWRAP_MASK: 'tty' })
  expect(attempt).toThrow(expect.objectContaining({ message: 'SECWRAP_MASK takes true, false or pty' }))
})
