import { expect, test } from '@jest/globals'
import { loadTemplate } from '../../../src/template/load.ts'
import { runTemplate } from '../../helpers/run-template.ts'
import { createFolder } from '../../helpers/temporary-folder.ts'

test('later files win by name, and see the names of earlier ones', () => {
  const files = { 'a.template': 'A=1\nB=${A}\nC=3', 'b.template': 'A=${A}${C}\nD=${A}' }
  expect(runTemplate(files)).toMatchObject({
    environment: { A: '13', B: '1', C: '3', D: '13' },
    problems: [],
  })
})

test('the references of a replaced entry are not read, unless another entry holds them', () => {
  const files = { 'a.template': 'A=ssm:///a\nB=ssm:///b\nC=${B}', 'b.template': 'A=1\nB=2' }
  expect(runTemplate(files).reads).toEqual(['ssm:///b'])
})

test('a replaced entry may be wrong, unless another entry builds on it', () => {
  expect(runTemplate({ 'a.template': 'A=${U}', 'b.template': 'A=1' }).problems).toEqual([])
  expect(runTemplate({ 'a.template': 'A=${U}\nB=${A}', 'b.template': 'A=1' }).problems).toEqual([
    'a.template:1: A: U is not set [BAD_TEMPLATE]',
  ])
})

test('what a later file replaces is known, for check', () => {
  const { template } = runTemplate({ 'a.template': 'A=ssm:///a\nB=1', 'b.template': 'A=1' })
  expect(template.replaced?.map(({ name, line }) => [name, line])).toEqual([['A', 1]])
})

test('decorators of an earlier layer stay', () => {
  const files = {
    'a.template': '# @required @type=port\nA=1',
    'b.template': 'A=x',
    'c.template': '# @type=string\nA=',
  }
  expect(runTemplate(files).problems).toEqual([
    'c.template:2: A: the value is required, but it is empty [BAD_VALUE]',
  ])
})

test('--environment adds the file beside each .env.template that has one', () => {
  const files = {
    '.env.template': 'A=1\nB=1',
    '.env.prod.template': 'B=2',
    'web/.env.template': 'B=3\nC=3',
    'web/.env.prod.template': 'C=4',
    'other/.env.template': 'D=5',
    'plain.template': 'E=6',
  }
  const templates = ['.env.template', 'web/.env.template', 'other/.env.template', 'plain.template']
  expect(runTemplate(files, { templates, environment: 'prod' })).toMatchObject({
    environment: { A: '1', B: '3', C: '4', D: '5', E: '6' },
    problems: [],
  })
})

test.each([
  ['prdo', ['no template for the environment prdo: .env.prdo.template not found [NOT_FOUND]']],
  ['../x', ['--environment takes letters, digits, _, . and - only [BAD_USAGE]']],
  ['', ['--environment takes letters, digits, _, . and - only [BAD_USAGE]']],
])('refuses --environment %p', (environment, problems) => {
  expect(runTemplate('A=1', { environment }).problems).toEqual(problems)
})

test('--prefer-env: the inherited value wins, and the reference is not read', () => {
  const text = 'DB_A=ssm:///a\nDB_B=ssm:///b\nC=${DB_A}\nD=ssm:///d'
  const inherited = { DB_A: 'mine', D: 'not asked for' }
  const outcome = runTemplate(text, {
    inherited,
    preferEnv: ['DB_?'],
    secrets: { 'ssm:///b': 'b', 'ssm:///d': 'd' },
  })
  expect(outcome).toMatchObject({ environment: { DB_A: 'mine', DB_B: 'b', C: 'mine', D: 'd' }, problems: [] })
  expect(outcome.reads).toEqual(['ssm:///b', 'ssm:///d'])
  expect(outcome.sensitive).toEqual(['DB_A', 'DB_B', 'C', 'D'])
})

test('--from-env resolves references in inherited variables, and nothing else in them', () => {
  const inherited = {
    A: 'ssm:///a#k',
    B: 'x${ssm:///b|upper}y${HOME}',
    C: 'pre ref+vault://kv/c#/k+ post',
    D: 'vault:secret/data/d#k',
    E: '${vault:secret/data/e#k}',
    F: 'smm:///x',
    G: 'see file:///x and ${',
    H: 'https://x/y',
    I: '${UNSET:-ssm:///i}',
  }
  const secrets = {
    'ssm:///a#k': '1',
    'ssm:///b': 'two',
    'vault://kv/c#k': '3',
    'vault://secret/data/d?api-path=true#k': '4',
    'vault://secret/data/e?api-path=true#k': '5',
  }
  const { environment, problems, reads } = runTemplate('Z=${A}', {
    inherited,
    fromEnv: true,
    pristine: false,
    secrets,
  })
  expect(problems).toEqual([])
  expect(environment).toEqual({
    ...inherited,
    A: '1',
    B: 'xTWOy${HOME}',
    C: 'pre 3 post',
    D: '4',
    E: '5',
    Z: '1',
  })
  expect(reads).toHaveLength(5)
})

test('--from-env: the template and --prefer-env win', () => {
  const inherited = { A: 'ssm:///a', B: 'ssm:///b', C: 'ssm:///c?x' }
  const outcome = runTemplate('A=1', { inherited, fromEnv: true, preferEnv: ['B', 'C'], pristine: false })
  expect(outcome).toMatchObject({
    environment: { A: '1', B: 'ssm:///b', C: 'ssm:///c?x' },
    reads: [],
    problems: [],
  })
})

test('--from-env: a mistake is told with the name of the variable', () => {
  expect(runTemplate('', { inherited: { A: 'ssm:///a?x' }, fromEnv: true }).problems).toEqual([
    'environment: A: ssm:// has no option x [BAD_TEMPLATE]',
  ])
})

test('--from is *= on the command line, each a layer of its own', () => {
  const { environment, problems, sensitive } = runTemplate('A=1', {
    from: ['ssm:///common/', 'vault://kv/app#sub'],
    imports: { 'ssm:///common/': { a: 'x', b: 'x', c: 'x' }, 'vault://kv/app': { b: 'y' } },
  })
  expect([environment, problems, sensitive]).toEqual([{ A: '1', B: 'y', C: 'x' }, [], ['B', 'C']])
})

test.each([
  ['db', '--from: *: a wildcard takes one reference and nothing else [BAD_TEMPLATE]'],
  ['ssm:///a//', '--from: *: the path has an empty segment [BAD_TEMPLATE]'],
])('refuses --from %s', (reference, problem) => {
  expect(runTemplate('A=1', { from: [reference] }).problems).toEqual([problem])
})

test.each<[string, string | Uint8Array | undefined, string]>([
  ['missing', undefined, 'the template does not exist [NOT_FOUND]'],
  ['not UTF-8', new Uint8Array([0x41, 0x3d, 0xff]), 'the template is not UTF-8 text [BAD_TEMPLATE]'],
  [
    'larger than 4 MiB',
    `A=${'x'.repeat(4 * 1024 * 1024)}`,
    'the template is larger than 4 MiB [BAD_TEMPLATE]',
  ],
])('refuses a template that is %s', (_, content, problem) => {
  using folder = createFolder()
  const path = content === undefined ? `${folder.path}/none` : folder.write('t', content)
  expect(runTemplate({}, { templates: [path] }).problems).toEqual([`${path}: ${problem}`])
})

test.each([
  ['a folder', '/', "a template can't be a folder"],
  ['a device without end', '/dev/zero', 'the template is larger than 4 MiB'],
])('refuses %s', (_, path, problem) => {
  expect(runTemplate({}, { templates: [path] }).problems).toEqual([`${path}: ${problem} [BAD_TEMPLATE]`])
})

test('an empty device is an empty template', () => {
  expect(runTemplate({}, { templates: ['/dev/null'] })).toMatchObject({ environment: {}, problems: [] })
})

test('each template that can not be read is told', () => {
  expect(runTemplate({}, { templates: ['/none/a', '/none/b'] }).problems).toEqual([
    '/none/a: the template does not exist [NOT_FOUND]',
    '/none/b: the template does not exist [NOT_FOUND]',
  ])
})

test('standard input can be read once', () => {
  const { problems } = runTemplate({}, { templates: ['-', '-'] })
  expect(problems).toEqual([
    'standard input can be read only once, but --template - is given twice [BAD_USAGE]',
  ])
})

test('without a template there must be something else to do', () => {
  using folder = createFolder()
  const before = process.cwd()
  process.chdir(folder.path)
  try {
    const load = (more: object) =>
      loadTemplate({ templates: [], inherited: {}, ...more }).problems.map(({ message }) => message)
    expect(load({})).toEqual(['the template does not exist'])
    expect(load({ from: ['ssm:///a/'] })).toEqual([])
    expect(load({ fromEnv: true })).toEqual([])
    folder.write('.env.template', 'A=${U}')
    expect(load({ fromEnv: true })).toEqual(['U is not set'])
  } finally {
    process.chdir(before)
  }
})

test('ten different mistakes are told in one run', () => {
  const text = [
    'this is no line',
    'A=${UNSET}',
    'B=smm:///x',
    'C=ssm:///x?regoin=eu',
    'D=${HOME|uper}',
    'E="never ends',
    'F=1',
    'F=2',
    '# @type=prot',
    'G=1',
    'H=${H',
    'I=ssm:///a/../b',
    '*=text',
    'J=ref+gcpsecrets://p/s',
    '# @requierd',
    'K=',
  ].join('\n')
  const { problems } = runTemplate(text, { inherited: { HOME: '/root' } })
  expect(problems.map(problem => problem.split(': ')[0]).sort()).toEqual(
    [1, 2, 3, 4, 5, 6, 8, 10, 11, 12, 13, 14, 16].map(line => `.env.template:${line}`).sort(),
  )
})

test('after a hundred problems the rest is summed up', () => {
  const text = Array.from({ length: 300 }, (_, index) => `N${index}=\${U${index}}`).join('\n')
  const { problems } = runTemplate(text)
  expect(problems).toHaveLength(101)
  expect(problems.at(-1)).toContain('and 200 more problems')
})
