import { expect, test } from '@jest/globals'
import { runTemplate } from '../../helpers/run-template.ts'

test.each<[string, string[], string[]]>([
  // type, values it takes, values it does not
  ['string', ['x', ' '], []],
  [
    'number',
    ['1', '-1.5', '+.5', '1e3', '1.', '12345678901234567890'],
    ['x', '1,5', '0x10', 'NaN', 'Infinity', ' 1', '1_000'],
  ],
  ['integer', ['0', '-7', '+7', '12345678901234567890'], ['1.0', '1e3', '0x10', '']],
  ['boolean', ['true', 'FALSE', '1', '0', 'yes', 'No', 'on', 'off'], ['y', 't', '2', 'truee']],
  [
    'url',
    ['https://x', 'postgres://u:p@h:5432/d?a=b', 'redis://[::1]:6379'],
    ['x', '/x', 'x:y', 'https://', 'https://a b', 'mailto:a@b'],
  ],
  ['email', ['a@b.c', 'a+b@localhost', 'ü@ä.de'], ['a', 'a@', '@b', 'a@b@c', 'a @b', 'a@b..c']],
  ['port', ['1', '80', '65535'], ['0', '65536', '-1', '8080.0', '080808', 'http']],
  [
    'ip',
    ['127.0.0.1', '::1', '2001:db8::1', '::ffff:1.2.3.4'],
    ['256.1.1.1', '1.2.3', '01.2.3.4', ':::', '1.2.3.4:80', '[::1]', 'localhost'],
  ],
  [
    'uuid',
    ['123e4567-e89b-12d3-a456-426614174000', '123E4567-E89B-12D3-A456-426614174000'],
    ['123e4567e89b12d3a456426614174000', 'x', '{123e4567-e89b-12d3-a456-426614174000}'],
  ],
  ['duration', ['90s', '1h30m', '250ms', '1.5h', '7d', '2w'], ['90', 's', '1 h', '-1s', '1x', '1h30']],
  ['enum(a, b c)', ['a', 'b c'], ['b', 'A', 'a,']],
  ['matches(^[a-z]{2} (x|y)$)', ['ab x', 'zz y'], ['ab z', 'abc x', 'ab x\n']],
  ['matches(\\))', ['a)b'], ['a']],
])('@type=%s', (type, right, wrong) => {
  const run = (value: string) =>
    runTemplate(`# @type=${type}\nA=ssm:///a`, { secrets: { 'ssm:///a': value } }).problems
  expect(right.filter(value => run(value).length > 0)).toEqual([])
  expect(wrong.filter(value => value !== '' && run(value).length === 0)).toEqual([])
})

test.each([
  ['port', 'the value is not a port (1 to 65535)'],
  ['enum(debug,info)', 'the value is not one of debug, info'],
  ['matches(^x$)', 'the value is not a match of ^x$'],
])('the message of @type=%s shows no value', (type, message) => {
  const { problems } = runTemplate(`# @type=${type}\nA=open sesame`)
  expect(problems).toEqual([`.env.template:2: A: ${message} [BAD_VALUE]`])
})

test.each<[string, string, string[]]>([
  ['@required and there', '# @required\nA=1', []],
  ['@required and empty', '# @required\nA=', ['A: the value is required, but it is empty [BAD_VALUE]']],
  [
    '@required and empty after all',
    '# @required\nA=${ssm:///e}',
    ['A: the value is required, but it is empty [BAD_VALUE]'],
  ],
  [
    '@required and not inherited',
    '# @required\nA',
    ['A: the value is required, but it is not set [BAD_VALUE]'],
  ],
  [
    '@required and optional',
    '# @required\nA=ssm:///none?optional',
    ['A: the value is required, but it is not set [BAD_VALUE]'],
  ],
  ['@required=false', '# @required=false\nA=', []],
  ['@optional', '# @optional @type=url\nA=', []],
  ['the last one counts', '# @required\n# @optional\nA=', []],
  ['prose beside', '# The port.\n# @type=port\n# Ask @joe @required\nA=', []],
  ['a comment further up', '# @required\n\nA=', []],
  ['a comment of another entry', '# @required\nB=1\nA=', []],
  [
    'on one line',
    '# @required @type=port @sensitive\nA=x',
    ['A: the value is not a port (1 to 65535) [BAD_VALUE]'],
  ],
  ['without white space', '#@required\nA=', ['A: the value is required, but it is empty [BAD_VALUE]']],
  ['of somebody else', '# @docs(https://x) @example=1 @icon=mdi\nA=', []],
  [
    'a type of an inherited value',
    '# @type=port\nI',
    ['I: the value is not a port (1 to 65535) [BAD_VALUE]'],
  ],
])('%s', (_, text, problems) => {
  const { problems: actual } = runTemplate(text, { secrets: { 'ssm:///e': '' }, inherited: { I: 'x' } })
  expect(actual.map(problem => problem.replace(/^\.env\.template:\d+: /, ''))).toEqual(problems)
})

test.each([
  ['# @requird', 'unknown decorator @requird', '@required'],
  ['# @sensitve', 'unknown decorator @sensitve', '@sensitive'],
  ['# @type=prot', 'unknown type @type=prot', '@type=port'],
  [
    '# @type',
    'unknown type @type=',
    'types: string, number, integer, boolean, url, email, port, ip, uuid, duration, enum(a,b), matches(regex)',
  ],
  ['# @type=enum', 'unknown type @type=enum', '@type=enum(debug,info)'],
  ['# @type=port(1)', 'unknown type @type=port(1)', '@type=port'],
  ['# @type=matches(()', 'the pattern of @type=matches(…) is not a regular expression', undefined],
  [
    '# @type=matches((a)\\1)',
    'the pattern of @type=matches(…) has a back-reference, which is not supported',
    undefined,
  ],
  ['# @required=maybe', '@required takes no value other than true or false', undefined],
])('refuses %s', (comment, message, hint) => {
  const outcome = runTemplate(`${comment}\nA=1`)
  expect([outcome.problems, outcome.hints]).toEqual([
    [`.env.template:2: A: ${message} [BAD_TEMPLATE]`],
    [hint],
  ])
})
