import { expect, test } from '@jest/globals'
import { runTemplate } from '../../helpers/run-template.ts'

const imports = {
  'ssm:///app/': { 'DB-host': 'h', 'db/port': 'p', API_KEY: 'k' },
  'ssm:///twins/': { 'a-b': '1', 'a.b': '2', c: '3' },
  'ssm:///digits/': { '1st': '1' },
  'ssm:///paths/': { PATH: '/evil', ld_preload: 'x', 'git/ssh/command': 'x', node_options: '-r x' },
  'ssm:///nul/': { a: 'b\0c', d: 'ok' },
  'ssm:///unicode/': { 'größe 😀': '1' },
  'vault://kv/cache': { url: 'u', DB_HOST: 'from the map' },
}

test.each<[string, string, Record<string, string>]>([
  ['all', '*=ssm:///app/ # note', { DB_HOST: 'h', DB_PORT: 'p', API_KEY: 'k' }],
  ['in quotes', '*="ssm:///app/"', { DB_HOST: 'h', DB_PORT: 'p', API_KEY: 'k' }],
  ['with a prefix', 'CACHE_*=vault://kv/cache', { CACHE_URL: 'u', CACHE_DB_HOST: 'from the map' }],
  ['with a prefix as it is written', 'my*=vault://kv/cache', { myURL: 'u', myDB_HOST: 'from the map' }],
  ['every other character is _', '*=ssm:///unicode/', { GR__E__: '1' }],
  ['an entry wins, above', 'DB_HOST=mine\n*=ssm:///app/', { DB_HOST: 'mine', DB_PORT: 'p', API_KEY: 'k' }],
  ['an entry wins, below', '*=ssm:///app/\nDB_HOST=mine', { DB_HOST: 'mine', DB_PORT: 'p', API_KEY: 'k' }],
  [
    'two that do not meet',
    '*=ssm:///app/\nX_*=vault://kv/cache',
    { DB_HOST: 'h', DB_PORT: 'p', API_KEY: 'k', X_URL: 'u', X_DB_HOST: 'from the map' },
  ],
  ['an entry decides between two', '*=ssm:///twins/\nA_B=x', { A_B: 'x', C: '3' }],
  [
    'an entry may steer',
    '*=ssm:///paths/\nPATH=/bin\nLD_PRELOAD=\nGIT_SSH_COMMAND=ssh\nNODE_OPTIONS=',
    { PATH: '/bin', LD_PRELOAD: '', GIT_SSH_COMMAND: 'ssh', NODE_OPTIONS: '' },
  ],
  ['a prefix makes it harmless', 'X_*=ssm:///digits/', { X_1ST: '1' }],
])('a wildcard: %s', (_, text, environment) => {
  expect(runTemplate(text, { imports })).toMatchObject({ environment, problems: [] })
})

test.each<[string, string, string[]]>([
  ['two secrets with one name', '*=ssm:///twins/', ['*: a-b and a.b both become A_B [BAD_VALUE]']],
  [
    'two wildcards with one name',
    '\n*=ssm:///app/\n*=vault://kv/cache',
    ['*: DB-host and DB_HOST both become DB_HOST [BAD_VALUE]'],
  ],
  ['no name', '*=ssm:///digits/', ["*: 1st can't become the name of an environment variable [BAD_VALUE]"]],
  [
    'names that steer programs',
    '*=ssm:///paths/',
    [
      '*: PATH is not imported: PATH steers programs [BAD_VALUE]',
      '*: ld_preload is not imported: LD_PRELOAD steers programs [BAD_VALUE]',
      '*: git/ssh/command is not imported: GIT_SSH_COMMAND steers programs [BAD_VALUE]',
      '*: node_options is not imported: NODE_OPTIONS steers programs [BAD_VALUE]',
    ],
  ],
  [
    'a steering name by its prefix',
    'LD_*=vault://kv/cache',
    [
      'LD_*: url is not imported: LD_URL steers programs [BAD_VALUE]',
      'LD_*: DB_HOST is not imported: LD_DB_HOST steers programs [BAD_VALUE]',
    ],
  ],
  [
    'a value that no environment holds',
    '*=ssm:///nul/',
    ['*: A: the value has a NUL byte, which no environment can hold [BAD_VALUE]'],
  ],
  ['text', '*=x', ['*: a wildcard takes one reference and nothing else [BAD_TEMPLATE]']],
  [
    'text beside the reference',
    '*=x${ssm:///app/}',
    ['*: a wildcard takes one reference and nothing else [BAD_TEMPLATE]'],
  ],
  [
    'a filter',
    '*=${ssm:///app/|upper}',
    ['*: a wildcard takes one reference and nothing else [BAD_TEMPLATE]'],
  ],
  ['a default', '*=${ssm:///app/:-x}', ['*: a wildcard takes one reference and nothing else [BAD_TEMPLATE]']],
  [
    'a prefix that is no name',
    'a.b*=ssm:///app/',
    ['a.b*: the prefix of a wildcard is not a name [BAD_TEMPLATE]'],
  ],
  [
    'a prefix path for one name',
    'A=ssm:///app/',
    ['A: the path ends in /, which is for wildcards only [BAD_TEMPLATE]'],
  ],
  ['a name that a wildcard brings', '*=ssm:///app/\nB=${API_KEY}', ['B: API_KEY is not set [BAD_TEMPLATE]']],
])('refuses %s', (_, text, problems) => {
  const { problems: actual } = runTemplate(text, { imports })
  expect(actual.map(problem => problem.replace(/^\.env\.template:\d+: /, ''))).toEqual(problems)
})

test.each([
  'BUN_INSPECT_PRELOAD',
  'NODE_COMPILE_CACHE',
  'BUNDLE_GEMFILE',
  'XDG_CONFIG_HOME',
  'ODBCSYSINI',
  'GIT_SSH',
])('%s is refused from a wildcard', name => {
  const { environment, problems } = runTemplate('*=ssm:///a/', { imports: { 'ssm:///a/': { [name]: '1' } } })
  expect([environment[name], problems.length]).toEqual([undefined, 1])
})

test.each([
  'GIT_TOKEN',
  'DOTNET_ENVIRONMENT',
  'HTTPS_PROXY',
  'JAVA_OPTS',
  'MY_PATH',
  'PATHS',
  'TLS_KEY',
  'NODE_ENV',
])('%s is a name like others', name => {
  const { environment } = runTemplate('*=ssm:///a/', { imports: { 'ssm:///a/': { [name]: '1' } } })
  expect(environment).toEqual({ [name]: '1' })
})

test('two secrets of one --from with one name are an error too', () => {
  expect(runTemplate('', { from: ['ssm:///twins/'], imports }).problems).toEqual([
    '--from: *: a-b and a.b both become A_B [BAD_VALUE]',
  ])
})

test('wildcards of a later file win', () => {
  const files = { 'a.template': '*=ssm:///app/', 'b.template': '*=vault://kv/cache' }
  expect(runTemplate(files, { imports })).toMatchObject({
    environment: { DB_HOST: 'from the map', DB_PORT: 'p', API_KEY: 'k', URL: 'u' },
    sensitive: ['DB_HOST', 'DB_PORT', 'API_KEY', 'URL'],
    problems: [],
  })
})

test('an inherited value that is preferred wins over a wildcard', () => {
  const setting = {
    imports,
    inherited: { DB_HOST: 'mine', DB_PORT: 'not asked for' },
    preferEnv: ['DB_HOST', 'NONE'],
  }
  expect(runTemplate('*=ssm:///app/', { ...setting, pristine: false }).environment).toEqual({
    DB_HOST: 'mine',
    DB_PORT: 'p',
    API_KEY: 'k',
  })
  // --pristine still starts empty; preferring a value asks for it.
  expect(runTemplate('*=ssm:///app/', setting).environment.DB_HOST).toBe('mine')
})

test('the hint of an unset name tells of the wildcard above', () => {
  expect(runTemplate('*=ssm:///app/\nB=${API_KEY}', { imports }).hints).toEqual([
    'names that *= imports are not seen in ${…}: give the secret an entry of its own',
  ])
})
