/** `${reference}` in files: what is filled, and that everything else stays as it is, byte for byte. */
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { bytesToText } from '../../../src/core/byte-text.ts'
import { describe, SecwrapError } from '../../../src/core/errors.ts'
import type { Filters } from '../../../src/core/filters.ts'
import { Secret } from '../../../src/core/secret.ts'
import type { Reference, Resolved, TemplateEntry } from '../../../src/core/types.ts'
import { fillFile } from '../../../src/render/fill.ts'
import { referencesIn } from '../../../src/resolve/plan.ts'
import { parseEmbedded } from '../../../src/template/embedded.ts'
import { findLeaks } from '../../helpers/leaks.ts'

const BINARY = Buffer.from([0x30, 0x82, 0x00, 0xff, 0x80, 0x0a, 0xc3])

const SECRETS: Readonly<Record<string, string>> = {
  '/a': 'value a',
  '/ü': 'umlaut',
  '/dev/key': 'of dev',
  '/empty': '',
  '/brace': '${ssm:///a} \\${x}',
  '/text64': Buffer.from('decoded ü').toString('base64'),
  '/binary64': BINARY.toString('base64'),
  '/not64': 'not base64, planted-4711',
  '/half': 'half \ud800 a character',
}

function resolveFrom(entries: readonly TemplateEntry[]): Resolved {
  const secrets = new Map<Reference, Secret>()
  for (const reference of entries.flatMap(({ parts }) => referencesIn(parts))) {
    const value = SECRETS[reference.id.path]
    if (value !== undefined) secrets.set(reference, new Secret(value))
  }
  return { secrets, missing: new Map(), imports: new Map(), problems: [] }
}

/** Filled bytes, or the problems of both steps. @param more - filters that files have beside those of all values. */
function fill(written: string | Uint8Array, more?: Filters) {
  const bytes = Buffer.from(written as string)
  const inherited = { APP_ENV: 'dev', HOME: '/home/x' }
  const { pieces, problems } = parseEmbedded(bytes, { file: 'f', folder: '', inherited })
  const entries = pieces.filter(piece => !(piece instanceof Uint8Array)) as TemplateEntry[]
  const filled = fillFile({ pieces }, resolveFrom(entries), more)
  return { content: Buffer.from(filled.content), problems: [...problems, ...filled.problems].map(describe) }
}

test.each([
  ['a reference', 'x=${ssm:///a};', 'x=value a;'],
  ['two in a row', '${ssm:///a}${ssm:///a}', 'value avalue a'],
  ['filters', '${ssm:///a|upper|urlencode}', 'VALUE%20A'],
  ['a default', '${ssm:///none:-d}', 'd'],
  ['a default with braces', '{"a": ${ssm:///none:-{"b": 1}}}', '{"a": {"b": 1}}'],
  ['a default of several lines', '${ssm:///none:-one\ntwo}', 'one\ntwo'],
  ['an empty secret', '${ssm:///empty}|${ssm:///empty:-d}', '|d'],
  ['a reference in a default', '${ssm:///none:-${ssm:///a}}', 'value a'],
  ['a name in a default', '${ssm:///none:-${HOME}}', '/home/x'],
  ['a name in a path', '${ssm:///${APP_ENV}/key}', 'of dev'],
  ['an optional one', '[${ssm:///none?optional}]', '[]'],
  ['what a default is for', '${ssm:///a:+set}', 'set'],
  ['a name that is not ASCII', '${ssm:///ü}', 'umlaut'],
  ['a value that looks like a reference', '${ssm:///brace}', '${ssm:///a} \\${x}'],
  ['text in base64', '${ssm:///text64|base64decode}', 'decoded ü'],
  ['text of both kinds', 'ü${ssm:///none:-ü${ssm:///text64|base64decode}}', 'üüdecoded ü'],
  ['bytes that are filtered on', '${ssm:///binary64|base64decode|base64}', SECRETS['/binary64'] as string],
  ['a reference of vals', '${ref+awsssm:///a}', 'value a'],
  ['one inside of a name’s default', '${HOME:-${ssm:///a}}', '${HOME:-value a}'],
])('%s is filled', (_, written, expected) => {
  expect(fill(written)).toEqual({ content: Buffer.from(expected), problems: [] })
})

test('a binary secret is its bytes', () => {
  const { content, problems } = fill('<${ssm:///binary64|base64decode}>')
  expect(problems).toEqual([])
  expect(content).toEqual(Buffer.concat([Buffer.from('<'), BINARY, Buffer.from('>')]))
})

/** Gives bytes that are no text, as the real one does. */
const pkcs12 = (text: string) => bytesToText(Buffer.concat([BINARY, Buffer.from(text)]))

test.each([
  ['a reference', '${ssm:///a|pkcs12}', [BINARY, 'value a']],
  ['after others', '<${ssm:///a|upper|pkcs12}>', ['<', BINARY, 'VALUE A>']],
  ['before others', '${ssm:///a|pkcs12|base64}', [pkcs12Base64('value a')]],
  ['a name in a default', '${ssm:///none:-${HOME|pkcs12}}', [BINARY, '/home/x']],
])('a filter of files: %s', (_, written, expected) => {
  const content = Buffer.concat(expected.map(each => Buffer.from(each as string)))
  expect(fill(written, { pkcs12 })).toEqual({ content, problems: [] })
})

function pkcs12Base64(text: string): string {
  return Buffer.concat([BINARY, Buffer.from(text)]).toString('base64')
}

test('a filter of files takes text, and where nobody brings it, it is an error', () => {
  const told = [fill('${ssm:///binary64|base64decode|pkcs12}', { pkcs12 }), fill('${ssm:///a|pkcs12}')]
  expect(told.map(({ problems }) => problems)).toEqual([
    ['f:1: pkcs12: the decoded value is not UTF-8 text [BAD_VALUE]'],
    ['f:1: the filter pkcs12 makes a file, which no variable can hold [BAD_TEMPLATE]'],
  ])
})

test.each([
  ['names', '${HOME} $HOME ${HOME:-x} ${NOSUCH} ${ssm}'],
  ['what is no reference', '${not a reference} ${} ${ ssm:///a} ${ssm:/a} ${https://x/} $ssm:///a'],
  ['a bare reference', 'ssm:///a ref+awsssm:///a arn:aws:ssm:r:1:parameter/a'],
  ['a shell’s default for a name of ours', '${vault:-/x} ${vault:?/x} ${vault:+/x} ${vault:5:3} ${vault}'],
  ['line ends', 'a\r\nb\rc\n\n'],
  ['no line end at the end', 'a'],
  ['nothing', ''],
  ['braces that never end', '${HOME {{{ ${'],
  ['backslashes before what is no reference', '\\${HOME} \\\\${x} \\n \\'],
])('%s stays', (_, written) => {
  expect(fill(written)).toEqual({ content: Buffer.from(written), problems: [] })
})

test('NUL bytes and what is no UTF-8 stay', () => {
  const bytes = Buffer.from([0xff, 0x00, 0xc3, 0x24, 0x7b, 0xfe, 0x7d, 0xe2, 0x82])
  expect(fill(bytes)).toEqual({ content: bytes, problems: [] })
})

test.each([
  ['\\${ssm:///a}', '${ssm:///a}'],
  ['\\${ssm:///none:-${ssm:///a}} ${ssm:///a}', '${ssm:///none:-${ssm:///a}} value a'],
  ['\\\\${ssm:///a}', '\\\\value a'],
  ['\\\\\\${ssm:///a}', '\\\\${ssm:///a}'],
  ['${ssm:///a}\\${ssm:///a}', 'value a${ssm:///a}'],
  ['\\${ssm:///a', '${ssm:///a'],
])('backslashes: %s', (written, expected) => {
  expect(fill(written)).toEqual({ content: Buffer.from(expected), problems: [] })
})

test.each([
  ['${ssm:///none}', 'f:1: ssm:///none does not exist [NOT_FOUND]'],
  ['\n\r\n${ssm:///none:?ask ops}', 'f:3: ask ops [NOT_FOUND]'],
  ['${ssm:///a|nosuch}', 'f:1: unknown filter nosuch [BAD_TEMPLATE]'],
  ['\n${smm:///a}', 'f:2: unknown scheme smm:// [BAD_TEMPLATE]'],
  ['\n\n${ssm:///a', 'f:3: ${ is never closed [BAD_TEMPLATE]'],
  ['${ssm:///a b}', 'f:1: the reference has white space in it [BAD_TEMPLATE]'],
  ['${ssm:///${NOSUCH}}', 'f:1: NOSUCH is not set [BAD_TEMPLATE]'],
  ['${ssm:///a?nosuch=1}', 'f:1: ssm:// has no option nosuch [BAD_TEMPLATE]'],
  ['${vault:secret/x}', 'f:1: a vault: reference needs a key [BAD_TEMPLATE]'],
  ['${bao:secret/x}', 'f:1: a bao: reference needs a key [BAD_TEMPLATE]'],
  [
    '${ssm:///not64|base64decode}',
    'f:1: base64decode: the value is not base64 (RFC 4648, with padding) [BAD_VALUE]',
  ],
  ['${ssm:///binary64|base64decode|json}', 'f:1: json: the decoded value is not UTF-8 text [BAD_VALUE]'],
  ['${ssm:///half}', 'f:1: the value is not UTF-8 text [BAD_VALUE]'],
])('%j is told', (written, problem) => {
  const { problems } = fill(written)
  expect(problems).toEqual([problem])
  expect(findLeaks(['planted-4711'], problems.join())).toEqual([])
})

test('a reference that is no UTF-8 is told', () => {
  const written = Buffer.concat([Buffer.from('${ssm:///'), Buffer.from([0xff]), Buffer.from('}')])
  expect(fill(written).problems).toEqual(['f:1: the reference is not UTF-8 text [BAD_TEMPLATE]'])
})

test('every problem is told, with its line', () => {
  const { problems } = fill('${ssm:///x}\n${ssm:///a}\n${smm:///a} ${ssm:///y}\n')
  expect(problems.map(problem => problem.slice(0, 4)).sort()).toEqual(['f:1:', 'f:3:', 'f:3:'])
})

/** What means something, and what does not. */
const TOKENS = ['$', '{', '}', '${', '\\', ':-', '|', '#', '\n', '\r', '/', 'HOME', 'ssm', 'vault', ':', ' ']

test('text without references is byte-identical', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.array(fc.constantFrom(...TOKENS), { maxLength: 60 }).map(tokens => Buffer.from(tokens.join(''))),
  )
  fc.assert(
    fc.property(bytes, given => {
      fc.pre(!/:\/\/|(?:vault|bao):.*\//s.test(Buffer.from(given).toString('latin1')))
      const { content, problems } = fill(given)
      expect([problems, content.equals(given)]).toEqual([[], true])
    }),
    { numRuns: 500 },
  )
})

test('random text around references stays, and each is filled', () => {
  const around = fc
    .uint8Array({ maxLength: 40 })
    .filter(text => !/[\\{]/.test(Buffer.from(text).toString('latin1')))
  fc.assert(
    fc.property(fc.array(around, { minLength: 2, maxLength: 6 }), texts => {
      const join = (between: string) =>
        Buffer.concat(texts.flatMap((text, index) => (index > 0 ? [Buffer.from(between), text] : [text])))
      expect(fill(join('${ssm:///a}'))).toEqual({ content: join('value a'), problems: [] })
    }),
  )
})

test('random references give text or problems, and nothing else', () => {
  const tokens = [
    ...TOKENS,
    'ssm:///a',
    'smm://',
    'ref+awsssm://',
    '|base64decode',
    '?optional',
    'arn:aws:ssm:r:1:parameter/',
  ]
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...tokens), { maxLength: 40 }), given => {
      for (const problem of fill(given.join('')).problems) expect(problem).toMatch(/^f:\d+: .* \[[A-Z_]+\]$/s)
    }),
    { numRuns: 500 },
  )
})

test.each([
  ['braces that never end', '${ssm://{'.repeat(400_000)],
  ['braces in one line', `\${ssm:///a}${'{}'.repeat(1_500_000)}`],
  ['references in one line', '${ssm:///a} '.repeat(100_000)],
  ['escapes', '\\${ssm:///a'.repeat(300_000)],
  ['backslashes', `${'\\'.repeat(3_000_000)}\${ssm:///a}`],
])('%s take linear time', (_, written) => {
  const start = performance.now()
  fill(written)
  // Quadratic time would be minutes.
  expect(performance.now() - start).toBeLessThan(10_000)
})

test('only so many problems are told of one file', () => {
  expect(fill('${smm:///a}'.repeat(500)).problems).toHaveLength(100)
})

test('what is thrown is ours', () => {
  expect(() => fill('${ssm:///a|')).not.toThrow(SecwrapError)
})
