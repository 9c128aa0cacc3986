import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { parse } from 'dotenv'
import fc from 'fast-check'
import { type Plan, type PlanRequest, planTemplate } from '../../../../src/commands/init/plan.ts'
import { describe as describeError } from '../../../../src/core/errors.ts'
import { findLeaks } from '../../../helpers/leaks.ts'
import { runTemplate } from '../../../helpers/run-template.ts'

const SEALED = 'sops:///s.json'

function plan(env: string, request: Partial<PlanRequest> = {}): Plan {
  return planTemplate({
    name: '.env',
    env,
    example: undefined,
    template: undefined,
    plain: [],
    secret: [],
    sealedName: 's.json',
    referenceTo: name => `${SEALED}#${name}`,
    ...request,
  })
}

/** The template without its first two lines, which say where it comes from. */
function linesOf({ template }: Plan): string[] {
  return template.trimEnd().split('\n').slice(2)
}

function evaluate({ template, secrets }: Plan) {
  const table = Object.fromEntries([...secrets].map(([name, value]) => [`${SEALED}#${name}`, value]))
  return runTemplate(template, { secrets: table })
}

test('lines, comments and their order stay; what is sealed becomes a reference', () => {
  const { template, secrets } = plan('# The app\n\nPORT = 3000 # c\n  export DB_PASSWORD="pear-77" # d\n')
  expect(template).toBe(`# Made by secwrap init from .env. Safe to commit: secrets are sealed in s.json.

# The app

PORT = 3000 # c
  export DB_PASSWORD=${SEALED}#DB_PASSWORD # d
`)
  expect([...secrets]).toEqual([['DB_PASSWORD', 'pear-77']])
})

test.each([
  [
    'a name that stands twice',
    'A=1\nA=2',
    ['A=2'],
    ['.env:1: A: is set again below, and dotenv takes the last'],
  ],
  [
    'no assignment',
    'A=1\npear-77',
    ['A=1'],
    ['.env:2: this line is no NAME=value, as dotenv has it, and is left out'],
  ],
  [
    'a secret that is commented out',
    '# API_KEY=pear-77\nA=1',
    ['# API_KEY=', 'A=1'],
    ['.env:1: what looks like a secret in a comment is left out'],
  ],
  [
    'half a password',
    'PASSWORD=pear#plum-77\nAPI_KEY=#pear',
    [`PASSWORD=${SEALED}#PASSWORD`, 'API_KEY='],
    [
      '.env:1: PASSWORD: dotenv ends the value before its #, and what follows is left out',
      '.env:2: API_KEY: dotenv ends the value before its #, and what follows is left out',
    ],
  ],
  [
    'an expression',
    'URL=http://${HOST}/',
    ["URL='http://${HOST}/'"],
    ['.env:1: URL: its ${…} stays text, as in dotenv; write it into the template where the app expands it'],
  ],
  [
    'a reference',
    'MODE=vault://kv/app',
    ["MODE='vault://kv/app'"],
    ['.env:1: MODE: looks like a reference, and stays text, as in dotenv'],
  ],
  [
    'a decorator that does not fit',
    '# @type=port\nA=99999\n# @typ=url\nB=1',
    ['# @type=port', '', 'A=99999', '# @typ=url', '', 'B=1'],
    [
      '.env:2: A: the decorators above it do not fit, and a blank line keeps them away',
      '.env:4: B: the decorators above it do not fit, and a blank line keeps them away',
    ],
  ],
])('%s', (_, env, lines, warnings) => {
  const planned = plan(env)
  expect([linesOf(planned), planned.warnings]).toEqual([lines, warnings])
})

test.each([
  ['--secret', { secret: ['P*'] }, true],
  ['--plain', { plain: ['T?KEN'] }, false],
  ['--secret against --plain', { secret: ['*'], plain: ['*'] }, true],
])('%s decides', (why, request, isSecret) => {
  const name = isSecret ? 'PORT' : 'TOKEN'
  expect(plan(`${name}=1`, request).entries).toEqual([{ name, line: 1, isSecret, why: why.split(' ')[0] }])
})

test('a glob that matches nothing is told', () => {
  expect(plan('A=1', { plain: ['A'], secret: ['B*'] }).warnings).toEqual(['.env: no name matches B*'])
})

test('decorators decide where no flag does, those of the example too', () => {
  const example = '# @public\nAPI_KEY=\n# @sensitive=false @type=string\nTOKEN='
  const { entries } = plan('# @type=port @sensitive\nPORT=1\nAPI_KEY=apple\nTOKEN=apple', { example })
  expect(entries.map(({ name, isSecret, why }) => [name, isSecret, why])).toEqual([
    ['PORT', true, '@sensitive'],
    ['API_KEY', false, '@public'],
    ['TOKEN', false, '@public'],
  ])
})

test('what holds the value of a secret is one, unless that is a word that stands everywhere', () => {
  const { secrets } = plan(
    'DB_PASSWORD=pear-77\nDB_NAME=x-pear-77\nADMIN_PASSWORD=postgres\nDB_USER=postgres',
  )
  expect([...secrets.keys()]).toEqual(['DB_PASSWORD', 'DB_NAME', 'ADMIN_PASSWORD'])
})

test('the example gives comments to entries without, and what is missing as lines to fill', () => {
  const env = 'PORT=1\n# mine\nLEVEL=2\nDB_PASSWORD=pear-77'
  const example = `# The port, not pear-77
PORT=3000
# Theirs
LEVEL=1

# Off unless set
# @type=url
METRICS_URL=http://localhost:4318
METRICS_TOKEN=
NOTE='two
lines'
SMTP_PASSWORD=changeme`
  expect(linesOf(plan(env, { example }))).toEqual([
    '# The port, not …',
    'PORT=1',
    '# mine',
    'LEVEL=2',
    `DB_PASSWORD=${SEALED}#DB_PASSWORD`,
    '',
    '# In the example, but not in .env:',
    '# Off unless set',
    '# @type=url',
    '# METRICS_URL=http://localhost:4318',
    `# METRICS_TOKEN=${SEALED}#METRICS_TOKEN`,
    `# NOTE=${SEALED}#NOTE`,
    `# SMTP_PASSWORD=${SEALED}#SMTP_PASSWORD`,
  ])
})

test('a template that is there decides for what it says the same of, and the rest differs', () => {
  const template = `A=x\nPORT=${SEALED}#PORT\nAPI_KEY=old\nMORE=1\n`
  const { differing, entries } = plan('A=x\nPORT=1\nAPI_KEY=new\nNEW=1', { template })
  expect(differing).toEqual(['API_KEY', 'NEW'])
  expect(entries.map(({ name, isSecret, why }) => [name, isSecret, why])).toEqual([
    ['A', false, 'as in the template'],
    ['PORT', true, 'as in the template'],
    ['API_KEY', true, 'name'],
    ['NEW', false, 'number'],
  ])
})

test('but a flag that says otherwise makes it differ', () => {
  const template = `A=x\nB=${SEALED}#B\n`
  const { differing } = plan('A=x\nB=1', { template, plain: ['B'], secret: ['A'] })
  expect(differing).toEqual(['A', 'B'])
})

test('what stands for a secret in an example is none', () => {
  const { secrets } = plan('DB_HOST=my-host-1', { example: 'DB_PASSWORD=my-host-1' })
  expect([...secrets]).toEqual([])
})

test('names and values that no environment can hold are all told, without a value', () => {
  const { problems } = plan(`my.key=pear-77\nB-C=1\nBIG=${'x'.repeat(140_000)}\nNUL="pear\0"`)
  expect(problems.map(describeError)).toEqual([
    ".env:1: my.key: my.key can't be the name of an environment variable [BAD_TEMPLATE]",
    ".env:2: B-C: B-C can't be the name of an environment variable [BAD_TEMPLATE]",
    '.env:3: BIG: NAME=value is 140004 bytes, but Linux takes at most 131071 [BAD_VALUE]',
    '.env:4: NUL: the value has a NUL byte, which no environment can hold [BAD_VALUE]',
  ])
})

test('line ends stay as they are', () => {
  const planned = plan('A=1\r\nDB_PASSWORD="a\r\nb"\r\n')
  expect(planned.template.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
  expect(evaluate(planned).environment).toEqual({ A: '1', DB_PASSWORD: 'a\nb' })
})

const fixture = (name: string) =>
  readFileSync(`${import.meta.dirname}/../../../fixtures/init/${name}`, 'utf8')

test('of a real one nothing secret is left, and it comes to the same environment', () => {
  const env = fixture('project.env')
  const planned = plan(env, { example: fixture('project.env.example') })
  const { environment, problems } = evaluate(planned)
  expect(problems).toEqual([])
  expect(environment).toEqual({ ...parse(env) })
  const planted =
    env.match(
      /\S*(?:planted|Planted|Escaped|Apricot|-77|Tree|Mango|pear|damson|Medlar|\$ecret|secret\$)\S*/g,
    ) ?? []
  expect(planted.length).toBeGreaterThan(15)
  const pieces = planted
    .flatMap(text => text.split(/["'\s]/))
    .filter(text => text.length >= 8 && !text.endsWith('='))
  expect(findLeaks(pieces, planned.template + planned.warnings.join('\n'))).toEqual([])
  expect(findLeaks(pieces, env).length).toBeGreaterThanOrEqual(pieces.length) // they are there to be found
})

const NAMES = ['PORT', 'NODE_ENV', 'API_KEY', 'DB_PASSWORD', 'URL', 'NOTE', 'LOG_LEVEL', 'X', 'Y_TOKEN', 'Z']
const piece = fc.constantFrom(
  ...'abZ019 #="\'`\\:/@-.${}\n'.split(''),
  ...[
    '${',
    '${A}',
    '\\n',
    '\\r',
    '\r\n',
    'https://',
    'vault://a',
    'smm://',
    'ref+vault://a',
    ' # ',
    'true',
    '3000',
    '\u2028',
    'é',
  ],
)
const text = fc.array(piece, { maxLength: 14 }).map(pieces => pieces.join(''))
const quoted = fc
  .tuple(fc.constantFrom('', '', "'", '"', '`'), text, fc.constantFrom('', '', ' # a comment', '#x'))
  .map(([quote, value, comment]) => `${quote}${value}${quote}${comment}`)
const line = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .tuple(
        fc.constantFrom('', '', 'export ', '  '),
        fc.constantFrom(...NAMES),
        fc.constantFrom('=', '=', ' = ', ': '),
        quoted,
      )
      .map(parts => parts.join('')),
  },
  { weight: 1, arbitrary: text.map(comment => `# ${comment}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('', '# @required', '# @type=port', '# @sensitive', 'junk', 'API_KEY'),
  },
)
const dotenvFile = fc.array(line, { maxLength: 10 }).map(lines => lines.join('\n'))

test('whatever stands in a .env file, the template comes to what dotenv makes of it, also with an example', () => {
  fc.assert(
    fc.property(dotenvFile, dotenvFile, (env, example) => {
      const planned = plan(env, { example })
      const bad = Object.keys(parse(env)).filter(name => !/^[A-Za-z_]\w*$/.test(name))
      if (bad.length > 0) {
        expect(planned.problems).not.toEqual([])
        return
      }
      const { environment, problems } = evaluate(planned)
      expect(problems).toEqual([])
      expect(environment).toEqual({ ...parse(env) })
    }),
    { numRuns: 1_500 },
  )
})

test('and a second look finds nothing that differs', () => {
  fc.assert(
    fc.property(dotenvFile, env => {
      const first = plan(env)
      const second = plan(env, { template: first.template })
      expect(second.differing).toEqual([])
      expect([...second.secrets]).toEqual([...first.secrets])
    }),
    { numRuns: 1_000 },
  )
})

test('no secret is in the template, nor in a warning', () => {
  const secret = fc
    .string({ unit: fc.constantFrom(...'abcXYZ0189$#"\'\\{}() :;,.!%&=?~^'), minLength: 12, maxLength: 24 })
    .map(value => `s${value.trim()}`.padEnd(12, '1$'))
  const place = fc.constantFrom(
    (value: string) => `PASSWORD='${value}'`,
    (value: string) => `PASSWORD="${value}"`,
    (value: string) => `PASSWORD=${value}`,
    (value: string) => `PASSWORD='${value}' # ${value}`,
    (value: string) => `# ${value}\nPASSWORD='${value}'`,
    (value: string) => `PASSWORD='${value}'\nNAME='see ${value}'`,
    (value: string) => `PASSWORD='first ${value}'\nPASSWORD='second ${value}'`,
    (value: string) => `PASSWORD="x\n${value}\n"`,
  )
  let read = 0
  fc.assert(
    fc.property(secret, place, (value, write) => {
      const env = write(value)
      // A quote or a hash in it may end it: then it is something else that dotenv reads.
      if (!Object.values(parse(env)).some(each => each.includes(value))) return
      read++
      const { template, warnings, entries } = plan(env)
      expect(findLeaks([value], template + warnings.join('\n') + JSON.stringify(entries))).toEqual([])
    }),
    { numRuns: 3_000 },
  )
  expect(read).toBeGreaterThan(500)
})

test.each([
  ['commented out', '# PASSWORD=plum pear # plum pear'],
  ['on a line that is nothing', 'A=1\nplum pear'],
  ['set before', "PASSWORD='plum pear'\nPASSWORD=x"],
  ['on several lines, commented out', 'PASSWORD="a\nplum pear 2\n"\n# a\n# plum pear 2'],
])('nor is one that is %s', (_, env) => {
  const { template, warnings } = plan(env)
  expect(findLeaks(['plum pear'], template + warnings.join('\n'))).toEqual([])
})
