import { expect, test } from '@jest/globals'
import { SecwrapError } from '../../../src/core/errors.ts'
import { runTemplate } from '../../helpers/run-template.ts'

const secrets = {
  'ssm:///a': 'alpha',
  'ssm:///empty': '',
  'ssm:///odd': '${HOME} \\n "\'# ssm:///a $(id)',
  'vault://kv/app#user': 'root',
}

test.each<[string, string, Record<string, string>, string[]]>([
  // template, environment, sensitive names
  ['whole', 'A=ssm:///a # note', { A: 'alpha' }, ['A']],
  ['in double quotes', 'A="ssm:///a" # note', { A: 'alpha' }, ['A']],
  ['in single quotes', "A='ssm:///a'", { A: 'ssm:///a' }, []],
  ['in backticks', 'A=`ssm:///a`', { A: 'ssm:///a' }, []],
  [
    'inside',
    'A=x${ssm:///a}y\nB="x ${vault://kv/app#user|upper} y"',
    { A: 'xalphay', B: 'x ROOT y' },
    ['A', 'B'],
  ],
  ['with # and a comment', 'A=vault://kv/app#user # note', { A: 'root' }, ['A']],
  ['of vals, inside', 'A=x ref+vault://kv/app#/user+ y', { A: 'x root y' }, ['A']],
  ['of vals, in quotes', 'A={"a":"ref+vault://kv/app#/user", b}', { A: '{"a":"root", b}' }, ['A']],
  ['by another name', 'A=ssm:///a\nB=<${A}>', { A: 'alpha', B: '<alpha>' }, ['A', 'B']],
  [
    'never looked at again',
    'A=ssm:///odd\nB="${A}"\nC=${ssm:///odd}',
    { A: secrets['ssm:///odd'], B: secrets['ssm:///odd'], C: secrets['ssm:///odd'] },
    ['A', 'B', 'C'],
  ],
  ['with a default, there', 'A=${ssm:///a:-d}', { A: 'alpha' }, ['A']],
  [
    'with a default, missing',
    'A=${ssm:///none:-d}\nB=${ssm:///none|upper:-d}',
    { A: 'd', B: 'd' },
    ['A', 'B'],
  ],
  ['with a default, empty', 'A=${ssm:///empty:-d}', { A: 'd' }, ['A']],
  ['with another value', 'A=${ssm:///a:+o}${ssm:///empty:+p}${ssm:///none:+q}', { A: 'o' }, ['A']],
  ['with a secret as the default', 'A=${ssm:///none:-${ssm:///a}}', { A: 'alpha' }, ['A']],
  ['with a default that is not taken', 'A=${ssm:///a:-${ssm:///none}}', { A: 'alpha' }, ['A']],
  ['required and there', 'A=${ssm:///a:?m}', { A: 'alpha' }, ['A']],
  ['optional, missing', 'A=ssm:///none?optional\nB=1', { B: '1' }, []],
  ['optional, missing, filtered', 'A=${ssm:///none?optional|upper}', {}, []],
  ['optional, missing, inside', 'A=x${ssm:///none?optional}y', { A: 'xy' }, ['A']],
  [
    'optional, missing, by name',
    'A=ssm:///none?optional\nB=${A}\nC=${A:-c}\nD=${A-d}\nE=${A+e}',
    { C: 'c', D: 'd', E: '' },
    ['C', 'D', 'E'],
  ],
  ['empty', 'A=ssm:///empty', { A: '' }, ['A']],
  ['path from a name', 'N=a\nA=ssm:///${N}', { N: 'a', A: 'alpha' }, ['A']],
  ['key from a name', 'N=user\nA=vault://kv/app#${N}', { N: 'user', A: 'root' }, ['A']],
])('a reference %s', (_, text, environment, sensitive) => {
  expect(runTemplate(text, { secrets })).toMatchObject({ environment, sensitive, problems: [] })
})

test.each<[string, string, string[]]>([
  ['${SET:-${ssm:///x}}', 'A=${SET:-${ssm:///x}}', []],
  ['${SET:+…}', 'A=${UNSET:+${ssm:///x}}', []],
  ['${UNSET:-…}', 'A=${UNSET:-${ssm:///x}}', ['ssm:///x']],
  ['both, where a secret decides', 'A=${ssm:///a:-${ssm:///x}}', ['ssm:///a', 'ssm:///x']],
])('%s reads what it needs', (_, text, reads) => {
  expect(runTemplate(text, { inherited: { SET: '1' } }).reads).toEqual(reads)
})

test.each<[string, string, string]>([
  ['a missing secret', 'A=ssm:///none', 'ssm:///none does not exist [NOT_FOUND]'],
  ['a missing secret inside', 'A=x${ssm:///none}', 'ssm:///none does not exist [NOT_FOUND]'],
  ['a missing secret, filtered', 'A=${ssm:///none|upper}', 'ssm:///none does not exist [NOT_FOUND]'],
  [
    'a default that is missing too',
    'A=${ssm:///none:-${ssm:///none2}}',
    'ssm:///none2 does not exist [NOT_FOUND]',
  ],
  ['a required one', 'A=${ssm:///none:?run seed.sh first}', 'run seed.sh first [NOT_FOUND]'],
  ['a required one that is empty', 'A=${ssm:///empty:?}', 'the secret is missing or empty [NOT_FOUND]'],
  [
    'a filter that fails',
    'A=${ssm:///odd|base64decode}',
    'base64decode: the value is not base64 (RFC 4648, with padding) [BAD_VALUE]',
  ],
  [
    'a path that depends on a secret',
    'S=ssm:///a\nA=ssm:///${S}',
    "a reference can't depend on a secret, as S does [BAD_TEMPLATE]",
  ],
  [
    'a key that depends on a secret',
    'S=ssm:///a\nA=vault://kv/app#${S}',
    "a reference can't depend on a secret, as S does [BAD_TEMPLATE]",
  ],
  [
    'a reference in a reference',
    'A=ssm:///${ssm:///a}',
    'a reference can hold names in ${…}, but no other reference [BAD_TEMPLATE]',
  ],
  ['white space in it', 'A=ssm:///a b', 'the reference has white space in it [BAD_TEMPLATE]'],
  ['a filter without ${…}', 'A=ssm:///a|upper', 'a filter needs ${…} around the reference [BAD_TEMPLATE]'],
  ['a scheme one letter off', 'A=smm:///a', 'unknown scheme smm:// [BAD_TEMPLATE]'],
  ['a scheme in capitals', 'A=SSM:///a', 'unknown scheme SSM:// [BAD_TEMPLATE]'],
  ['the same inside', 'A=${valut://a/b}', 'unknown scheme valut:// [BAD_TEMPLATE]'],
  ['a name that climbs', 'N=../x\nA=ssm:///a/${N}', 'the path has a segment .. [BAD_TEMPLATE]'],
  ['an empty name', 'N=\nA=ssm:///a/${N}/b', 'the path has an empty segment [BAD_TEMPLATE]'],
])('refuses %s', (_, text, problem) => {
  const line = text.split('\n').length
  expect(runTemplate(text, { secrets }).problems).toEqual([`.env.template:${line}: A: ${problem}`])
})

test('what a name brings into a reference is no syntax', () => {
  const { reads } = runTemplate('A=vault://kv/${ODD}?namespace=${ODD}#${ODD}', {
    inherited: { ODD: 'a?b=c#d.e%20&f' },
  })
  expect(reads).toEqual(['vault://kv/a%3Fb=c%23d.e%2520&f?namespace=a%3Fb%3Dc%23d.e%2520%26f#a?b=c#d.e%20&f'])
})

test.each([
  'https://a/b#c',
  'ssh://host/x',
  'sms://1',
  'sm://x',
  'smb://host/x',
  'sftp://x/y',
  'ftp://x/y',
  'postgres://u:p@h/db',
  'ssl://broker:8883',
  'file:./dev.db',
  'ssm:/x',
  'arn:aws:iam::1:role/x',
  'arn:aws:ssm:r:1:document/x',
  'C:\\dir',
  'x ssm:///a',
])('%s is text', text => {
  expect(runTemplate(`A="${text}"`)).toMatchObject({ environment: { A: text }, problems: [], reads: [] })
})

test('an entry beats the inherited variable, a missing optional secret too', () => {
  const inherited = { A: 'old', B: 'old', C: 'kept' }
  const { environment } = runTemplate('A=new\nB=ssm:///none?optional', { inherited, pristine: false })
  expect(environment).toEqual({ A: 'new', C: 'kept' })
})

test('--pristine and --keep', () => {
  const inherited = { PATH: '/bin', LC_ALL: 'C', LC_TIME: 'C', HOME: '/' }
  expect(runTemplate('A=1', { inherited, keep: ['PATH', 'LC_*'] }).environment).toEqual({
    A: '1',
    PATH: '/bin',
    LC_ALL: 'C',
    LC_TIME: 'C',
  })
})

test.each<[string, object, Record<string, string>]>([
  ['is withheld', {}, { A: '1' }],
  ['passes by its full name', { keep: ['VAULT_TOKEN'] }, { A: '1', VAULT_TOKEN: 't' }],
  ['does not pass by a glob', { keep: ['VAULT_*'] }, { A: '1' }],
])('a credential of ours %s', (_, setting, environment) => {
  const inherited = { VAULT_TOKEN: 't' }
  expect(
    runTemplate('A=1', { inherited, pristine: false, withhold: new Set(['VAULT_TOKEN']), ...setting })
      .environment,
  ).toEqual(environment)
})

test('a credential of ours passes where the template names it', () => {
  const setting = { inherited: { VAULT_TOKEN: 't' }, pristine: false, withhold: new Set(['VAULT_TOKEN']) }
  expect(runTemplate('VAULT_TOKEN', setting).environment).toEqual({ VAULT_TOKEN: 't' })
  expect(runTemplate('A=${VAULT_TOKEN}', setting).environment).toEqual({ A: 't' })
})

test('a secret that could not be read is not told again as missing', () => {
  const absent = { 'ssm:///none': new SecwrapError('DENIED', 'not allowed') }
  expect(runTemplate('A=${ssm:///none}\nB=${A}', { absent })).toMatchObject({ environment: {}, problems: [] })
})

test('what the resolver knows of a missing secret is told, at each place', () => {
  const absent = { 'ssm:///none': new SecwrapError('NOT_FOUND', 'deleted') }
  expect(runTemplate('A=${ssm:///none}\nB=${A}\nC=${ssm:///none:-c}', { absent })).toMatchObject({
    environment: { C: 'c' },
    problems: ['.env.template:1: A: deleted [NOT_FOUND]', '.env.template:2: B: deleted [NOT_FOUND]'],
  })
})

test.each<[string, string, Record<string, string>, string[]]>([
  ['@public', '# @public\nA=ssm:///a', { A: 'alpha' }, []],
  ['@sensitive', '# @sensitive\nA=x', { A: 'x' }, ['A']],
  [
    '@sensitive, by another name',
    '# @sensitive\nA=x\nB=${A}y\n# @public\nC=${B}',
    { A: 'x', B: 'xy', C: 'xy' },
    ['A', 'B'],
  ],
])('%s', (_, text, environment, sensitive) => {
  expect(runTemplate(text, { secrets })).toMatchObject({ environment, sensitive, problems: [] })
})
