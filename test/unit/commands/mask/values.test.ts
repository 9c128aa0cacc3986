import { expect, test } from '@jest/globals'
import { listMaskValues } from '../../../../src/commands/mask/values.ts'
import { runTemplate, type Setting } from '../../../helpers/run-template.ts'

const SETTING: Setting = {
  secrets: { 'ssm:///a': 'al pha', 'ssm:///b': 'beta', 'ssm:///encoded': 'Z2FtbWE=' },
  imports: { 'ssm:///all/': { one: 'first', two: 'second' } },
  inherited: { FROM_CALLER: 'ssm:///b' },
}

function valuesOf(text: string, setting: Setting): readonly string[] {
  const outcome = runTemplate(text, { ...SETTING, ...setting })
  return listMaskValues({ ...outcome, problems: [] }).map(({ text, isMarked }) =>
    isMarked ? `${text}!` : text,
  )
}

test.each<[string, string, string[], Setting?]>([
  ['a whole value', 'A=ssm:///a', ['al pha', 'al pha']],
  ['a value with a secret in it, and the secret', 'A="x ${ssm:///a} y"', ['x al pha y', 'al pha']],
  ['a secret before and after a filter', 'A="<${ssm:///a|urlencode}>"', ['<al%20pha>', 'al pha', 'al%20pha']],
  ['after each of several filters', 'A=${ssm:///encoded|base64decode|upper}', ['GAMMA', 'Z2FtbWE=', 'GAMMA']],
  ['one that comes by another name', 'A=ssm:///a\nB=${A}', ['al pha', 'al pha', 'al pha', 'al pha']],
  ['a default that is a secret', 'A=${ssm:///gone:-${ssm:///b}}', ['beta', 'beta']],
  ['every secret of a wildcard', '*=ssm:///all/', ['first', 'second']],
  ['with a prefix, too', 'X_*=ssm:///all/', ['first', 'second']],
  ['and of --from', '', ['first', 'second'], { from: ['ssm:///all/'] }],
  ['an inherited reference', '', ['beta', 'beta'], { fromEnv: true }],
  ['a text that is marked', '# @sensitive\nA=text', ['text!']],
  ['a secret that is marked', '# @sensitive\nA=ssm:///a', ['al pha!', 'al pha!']],
  ['not a text', 'A=text', []],
  ['not a secret that is public', '# @public\nA=ssm:///a', []],
  [
    'nor as a part of another value',
    '# @public\nA=ssm:///a\nB="${ssm:///a}:${ssm:///b}"',
    ['al pha:beta', 'beta'],
  ],
  [
    'but where it is marked as well',
    '# @public\nA=ssm:///a\n# @sensitive\nB=ssm:///a',
    ['al pha!', 'al pha!'],
  ],
  ['not an optional secret that is missing', 'A=ssm:///gone?optional', []],
  ['not an inherited value', 'A=${PLAIN}', [], { inherited: { PLAIN: 'plain' } }],
])('masked: %s', (_, template, values, setting = {}) => {
  expect(valuesOf(template, setting)).toEqual(values)
})
