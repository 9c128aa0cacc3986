import { expect, test } from '@jest/globals'
import { runTemplate } from '../../helpers/run-template.ts'

const inherited = { SET: 'value', EMPTY: '', PORT: '8080', DIR: '/srv/app', ODD: 'a?b#c%d/../e.f' }

test.each<[string, string]>([
  // expression            result
  ['${SET}', 'value'],
  ['a${SET}b${PORT}c', 'avalueb8080c'],
  ['${EMPTY}', ''],
  ['${SET:-d}', 'value'],
  ['${EMPTY:-d}', 'd'],
  ['${UNSET:-d}', 'd'],
  ['${SET-d}', 'value'],
  ['${EMPTY-d}', ''],
  ['${UNSET-d}', 'd'],
  ['${SET:+o}', 'o'],
  ['${EMPTY:+o}', ''],
  ['${UNSET:+o}', ''],
  ['${SET+o}', 'o'],
  ['${EMPTY+o}', 'o'],
  ['${UNSET+o}', ''],
  ['${SET:?m}', 'value'],
  ['${EMPTY?m}', ''],
  ['${UNSET:-}', ''],
  ['${UNSET:-${EMPTY:-${SET}}}', 'value'],
  ['${UNSET:-{"a":{"b":1}}}', '{"a":{"b":1}}'],
  ['${UNSET:-a#b c|d:-e}', 'a#b c|d:-e'],
  ['${UNSET:-https://x/y}', 'https://x/y'],
  ['${UNSET:-\\${SET}}', '${SET}'],
  ['\\${SET}', '${SET}'],
  ['\\\\${SET}', '\\${SET}'],
  ['$SET $$ ${SET}', '$SET $$ value'],
  ['${SET|upper}', 'VALUE'],
  ['${SET|upper|base64}', 'VkFMVUU='],
  ['${UNSET|upper:-d}', 'd'],
  ['${EMPTY|upper:-d}', 'd'],
  ['${SET|upper:+${PORT}}', '8080'],
  ['${UNSET:-${SET|upper}}', 'VALUE'],
  ['${SET|json}', '"value"'],
])('%s is %s', (expression, result) => {
  expect(runTemplate(`A=${expression}\nB="${expression}"`, { inherited })).toMatchObject({
    environment: { A: result, B: result },
    problems: [],
  })
})

test.each<[string, string, Record<string, string>]>([
  ['earlier entries come first', 'SET=own\nA=${SET}', { SET: 'own', A: 'own' }],
  ['later ones do not count', 'A=${SET}\nSET=own', { A: 'value', SET: 'own' }],
  ['the name itself is the inherited one', 'PORT=${PORT:-3000}', { PORT: '8080' }],
  ['or its default', 'HOST=${HOST:-localhost}', { HOST: 'localhost' }],
  ['single quotes', "A='${SET}'", { A: '${SET}' }],
  ['backticks', 'A=`${SET}`', { A: '${SET}' }],
  ['a comment after an expression', 'A=${SET}#b\nB=${UNSET:-#c} # d', { A: 'value', B: '#c' }],
  ['a ${ in a comment', 'A=1 # costs ${5\n# ${\nB=2', { A: '1', B: '2' }],
  ['quotes inside an expression', 'A="${UNSET:-"b" \'c\'}"', { A: '"b" \'c\'' }],
  ['a default of several lines', 'A="${UNSET:-b\nc}"', { A: 'b\nc' }],
  ['escapes in a default', 'A="${UNSET:-b\\nc}"\nB=${UNSET:-b\\nc}', { A: 'b\nc', B: 'b\\nc' }],
  [
    'a value is never looked at again',
    'A=\'${SET} # \\n\'\nB="${A}"',
    { A: '${SET} # \\n', B: '${SET} # \\n' },
  ],
  ['nor where it looks like a reference', "A='ssm:///x'\nB=${A}", { A: 'ssm:///x', B: 'ssm:///x' }],
  ['properties of every object are no variables', 'A=${constructor:-b}${__proto__:-c}', { A: 'bc' }],
  ['a name can be __proto__', '__proto__=1\nA=${__proto__}', JSON.parse('{"__proto__":"1","A":"1"}')],
])('%s', (_, text, environment) => {
  expect(runTemplate(text, { inherited })).toMatchObject({ environment, problems: [] })
})

test.each<[string, string, string]>([
  ['an unset name', 'A=${UNSET}', 'A: UNSET is not set'],
  ['a required one', 'A=${UNSET:?set it to a URL}', 'A: ${UNSET}: set it to a URL'],
  ['a required one that is empty', 'A=${EMPTY:?}', 'A: ${EMPTY}: is not set or empty'],
  ['a name of itself', 'A=${A}', 'A: A is not set'],
  ['no end', 'A=${SET', 'A: ${ is never closed'],
  ['no end in quotes', 'A="${SET"', 'A: ${ is never closed'],
  ['nothing', 'A=${}', 'A: a ${…} is neither a name nor a reference'],
  ['a digit', 'A=${1}', 'A: a ${…} is neither a name nor a reference'],
  ['a dot', 'A=${a.b}', 'A: a ${…} is neither a name nor a reference'],
  ['an unknown filter', 'A=${SET|uppr}', 'A: unknown filter uppr'],
  ['a filter of every object', 'A=${SET|constructor}', 'A: unknown filter constructor'],
  ['no filter', 'A=${SET|}', 'A: unknown filter with an empty name'],
  ['text after a filter', 'A=${SET|upper x}', 'A: unexpected text after the filter upper'],
  [
    'a filter that fails',
    'A=${SET|base64decode}',
    'A: base64decode: the value is not base64 (RFC 4648, with padding)',
  ],
])('refuses %s', (_, text, problem) => {
  const { problems } = runTemplate(text, { inherited })
  expect(problems.map(each => each.replace(/ \[BAD_(TEMPLATE|VALUE)\]$/, ''))).toEqual([
    `.env.template:1: ${problem}`,
  ])
})

test('a message stays the text of the template, so it can show no value', () => {
  const { problems } = runTemplate('A=${UNSET:?see ${SET}}', { inherited })
  expect(problems).toEqual(['.env.template:1: A: ${UNSET}: see ${SET} [BAD_TEMPLATE]'])
})

test('every mistake of a value is told, and each once', () => {
  const { problems } = runTemplate('A=${U}${V}${U|upper}\nB=${A}', { inherited })
  expect(problems).toEqual([
    '.env.template:1: A: U is not set [BAD_TEMPLATE]',
    '.env.template:1: A: V is not set [BAD_TEMPLATE]',
  ])
})

test.each([
  ['doubling text', (index: number) => `A${index + 1}="\${A${index}}\${A${index}}"`, 'A0=0123456789'],
  ['doubling references', (index: number) => `A${index + 1}="\${A${index}}\${A${index}}"`, 'A0=ssm:///x'],
  ['doubling defaults', (index: number) => `A${index + 1}="\${A${index}:-\${A${index}}}"`, 'A0=ssm:///x'],
])('%s ends in an error, not in memory', (_, line, first) => {
  const text = [first, ...Array.from({ length: 60 }, (__, index) => line(index))].join('\n')
  const { problems } = runTemplate(text, { inherited, secrets: { 'ssm:///x': 'x' } })
  expect(problems).toContainEqual(expect.stringContaining('the value is too long for an environment'))
})

test('nesting has an end', () => {
  const nested = (depth: number) => `A=${'${U:-'.repeat(depth)}x${'}'.repeat(depth)}`
  expect(runTemplate(nested(30)).environment).toEqual({ A: 'x' })
  expect(runTemplate(nested(40_000)).problems).toEqual([
    '.env.template:1: A: ${…} is nested more than 32 deep [BAD_TEMPLATE]',
  ])
})
