/** Several references in one `${…}`: `${secret://tls.crt secret://tls.key}`. */
import { expect, test } from '@jest/globals'
import { runTemplate } from '../../helpers/run-template.ts'

const secrets = {
  'ssm:///a': 'one',
  'ssm:///b': 'two',
  'ssm:///dev/c#k': 'three',
  'vault://kv/app#key': 'four',
  'ssm:///empty': '',
}
const inherited = { APP_ENV: 'dev' }
const run = (text: string) => runTemplate(text, { inherited, secrets })

test.each([
  ['two', '${ssm:///a ssm:///b}', 'one\ntwo'],
  ['in lines of their own', '${ssm:///a\n\t ssm:///b}', 'one\ntwo'],
  ['one of them twice', '${ssm:///a ssm:///b ssm:///a}', 'one\ntwo\none'],
  ['with filters', '${ssm:///a ssm:///b|upper|json}', '"ONE\\nTWO"'],
  ['with a default that is not taken', '${ssm:///a ssm:///b:-d}', 'one\ntwo'],
  ['with another value', '${ssm:///a ssm:///b:+${ssm:///a}}', 'one'],
  ['names and keys', '${ssm:///a ssm:///${APP_ENV}/c#k}', 'one\nthree'],
  ['of other tools', '${vault://kv/app#key ref+awsssm:///a ssm:///b}', 'four\none\ntwo'],
  ['one that is optional', '${ssm:///none?optional ssm:///b}', '\ntwo'],
  ['with text around', 'x${ssm:///a ssm:///b}y', 'xone\ntwoy'],
  ['in a default', '${NOSUCH:-${ssm:///a ssm:///b}}', 'one\ntwo'],
])('%s', (_, expression, result) => {
  expect(run(`A="${expression}"`)).toMatchObject({ environment: { A: result }, problems: [] })
})

test.each([
  ['one that is missing', '${ssm:///a ssm:///none}', 'ssm:///none does not exist [NOT_FOUND]'],
  ['a word that is no reference', '${ssm:///a b}', 'the reference has white space in it [BAD_TEMPLATE]'],
  ['a name', '${ssm:///a ${APP_ENV}}', 'the reference has white space in it [BAD_TEMPLATE]'],
  ['text between', '${ssm:///a, ssm:///b c}', 'the reference has white space in it [BAD_TEMPLATE]'],
  [
    'white space before a filter',
    '${ssm:///a ssm:///b |trim}',
    'the reference has white space in it [BAD_TEMPLATE]',
  ],
  ['a name in front', '${APP_ENV ssm:///a}', 'a ${…} is neither a name nor a reference [BAD_TEMPLATE]'],
  ['one that does not parse', '${ssm:///a ssm:///b?nosuch=1}', 'ssm:// has no option nosuch [BAD_TEMPLATE]'],
  [
    'inside of a reference',
    '${ssm:///${ssm:///a ssm:///b}}',
    'a reference can hold names in ${…}, but no other reference [BAD_TEMPLATE]',
  ],
])('%s is told', (_, expression, problem) => {
  expect(run(`A="${expression}"`).problems).toEqual([`.env.template:1: A: ${problem}`])
})

test('without ${…} and in wildcards there is only one', () => {
  expect(run('A=ssm:///a ssm:///b').problems).toEqual([
    '.env.template:1: A: the reference has white space in it [BAD_TEMPLATE]',
  ])
  expect(run('*=${ssm:///a/ ssm:///b/}').problems).toEqual([
    '.env.template:1: *: a wildcard takes one reference and nothing else [BAD_TEMPLATE]',
  ])
})

test('all of them are sensitive, and read', () => {
  const { sensitive, reads } = run('A=${ssm:///a ssm:///b}')
  expect([sensitive, reads]).toEqual([['A'], ['ssm:///a', 'ssm:///b']])
})

test.each([
  ['references', `\${${'ssm:///a '.repeat(25_000)}ssm:///b}`],
  ['blanks', `\${ssm:///a${' '.repeat(200_000)}ssm:///b}`],
  ['words', `\${ssm:///a${' b'.repeat(100_000)}}`],
])('many %s take linear time', (_, expression) => {
  const start = performance.now()
  run(`A=${expression}`)
  expect(performance.now() - start).toBeLessThan(5_000)
})
