import { describe, expect, test } from '@jest/globals'
import { readImport } from '../../../../src/commands/import/read.ts'
import { describe as describeError, SecwrapError } from '../../../../src/core/errors.ts'
import { formatJson } from '../../../../src/core/json.ts'
import { createFolder } from '../../../helpers/temporary-folder.ts'

const PLANTED = 'planted-imported-value'

async function read(name: string, content: string | Uint8Array, format?: string) {
  using folder = createFolder()
  const items = await readImport(folder.write(name, content), format, 'ssm:///x/')
  return Object.fromEntries(items.map(item => [item.name, formatJson(item.value)]))
}

async function problemsOf(name: string, content: string | Uint8Array): Promise<string[]> {
  using folder = createFolder()
  const file = folder.write(name, content)
  const failure: unknown = await readImport(file, undefined, 'ssm:///x/').catch(error => error)
  const problems = failure instanceof AggregateError ? failure.errors : [failure]
  return problems.map(problem => {
    expect(problem).toBeInstanceOf(SecwrapError)
    expect(JSON.stringify([problem, (problem as Error).message])).not.toContain(PLANTED)
    return describeError(problem as SecwrapError).replaceAll(`${folder.path}/`, '')
  })
}

describe('values', () => {
  test('of a dotenv file: as dotenv has them', async () => {
    const text = `# comment\nA=1\nexport B="two\nlines" # comment\nC='$X \\n'\nD.e-f=\nG=a=b\r\n`
    expect(await read('.env', text)).toEqual({
      A: '"1"',
      B: '"two\\nlines"',
      C: '"$X \\\\n"',
      'D.e-f': '""',
      G: '"a=b"',
    })
  })

  test.each([
    ['JSON', 'x.json', '{"a":1.50,"n":12345678901234567890,"t":"x","b":true,"o":{"x":[1,null]}}'],
    ['YAML', 'x.yaml', 'a: 1.50\nn: 12345678901234567890\nt: x\nb: true\no: {x: [1, null]}\n'],
  ])('of a %s file: numbers digit for digit', async (_, name, text) => {
    expect(await read(name, text)).toEqual({
      a: '1.50',
      n: '12345678901234567890',
      t: '"x"',
      b: 'true',
      o: '{"x":[1,null]}',
    })
  })

  test('the order of the file stays, also of names that are numbers', async () => {
    using folder = createFolder()
    const items = await readImport(folder.write('x.json', '{"b":1,"10":2,"a":3}'), undefined, '')
    expect(items.map(({ name }) => name)).toEqual(['b', '10', 'a'])
  })

  test('--format goes before the name', async () => {
    expect(await read('values', '{"A":"x"}', 'json')).toEqual({ A: '"x"' })
  })

  test('a byte order mark is no part of the first name', async () => {
    expect(Object.keys(await read('.env', '\ufeffA=1'))).toEqual(['A'])
    expect(Object.keys(await read('x.json', '\ufeff{"A":1}'))).toEqual(['A'])
  })
})

test.each<[string, string, string | Uint8Array, string[]]>([
  [
    'a name twice',
    '.env',
    `A=${PLANTED}\nB=1\nA=2`,
    ['.env:3: A: A is set twice, first in line 1 [BAD_VALUE]'],
  ],
  [
    'all problems together',
    '.env',
    `A=1\n${PLANTED}\nNAME\nA=2\n`,
    [
      '.env:2: this line is not NAME=value [BAD_VALUE]',
      '.env:3: this line is not NAME=value [BAD_VALUE]',
      '.env:4: A: A is set twice, first in line 1 [BAD_VALUE]',
    ],
  ],
  [
    'a quote that never ends',
    '.env',
    `A="${PLANTED}\nB 1\n`,
    ['.env:2: this line is not NAME=value [BAD_VALUE]'],
  ],
  ['a NUL byte', '.env', `A=${PLANTED}\0`, ['.env:1: A: the value is binary: it has a NUL byte [BAD_VALUE]']],
  ['no UTF-8', '.env', new Uint8Array([0x41, 0x3d, 0xff]), ['.env is not UTF-8 text [BAD_VALUE]']],
  ['nothing', '.env', '# only a comment\n', ['.env has no values [BAD_VALUE]']],
  [
    'a sealed file',
    'app.env',
    'A=ENC[x]\nsops_mac=ENC[y]\n',
    ['app.env is sealed by sops, and import takes plain values [BAD_VALUE]'],
  ],
  [
    'JSON: names twice, on every level',
    'x.json',
    `{"a":"${PLANTED}",\n"b":[{"c":1,"c":2}],\n"a":1}`,
    ['x.json:2: c: c is set twice [BAD_VALUE]', 'x.json:3: a: a is set twice, first in line 1 [BAD_VALUE]'],
  ],
  ['JSON: null', 'x.json', '{"a":null}', ['x.json:1: a: null is not a value [BAD_VALUE]']],
  ['JSON: an empty name', 'x.json', '{"":"x"}', ['x.json:1: an empty name [BAD_VALUE]']],
  [
    'JSON: binary, deep inside',
    'x.json',
    '{"a":{"b":["x\\u0000"]}}',
    ['x.json:1: a: the value is binary: it has a NUL byte [BAD_VALUE]'],
  ],
  ['JSON: half of it', 'x.json', `{"a":"${PLANTED}`, ['x.json: is not valid JSON (line 1) [BAD_VALUE]']],
  ['JSON: a list', 'x.json', `["${PLANTED}"]`, ['x.json: is not a JSON object [BAD_VALUE]']],
  [
    'YAML: a name twice',
    'x.yaml',
    `a: ${PLANTED}\nb: 1\na: 2\n`,
    ['x.yaml:3: a name is set twice [BAD_VALUE]'],
  ],
  ['YAML: binary', 'x.yml', 'a: 1\nb: !!binary aGVsbG8=\n', ['x.yml:2: the value is binary [BAD_VALUE]']],
  ['YAML: a text', 'x.yaml', PLANTED, ['x.yaml is not a YAML map [BAD_VALUE]']],
  ['YAML: none', 'x.yaml', `a: "${PLANTED}\n`, ['x.yaml:2: this is not valid YAML [BAD_VALUE]']],
])('%s', async (_, name, content, problems) => {
  expect(await problemsOf(name, content)).toEqual(problems)
})

test('a file that is not there', async () => {
  await expect(readImport('/nosuch/.env', undefined, '')).rejects.toMatchObject({ code: 'NOT_FOUND' })
})
