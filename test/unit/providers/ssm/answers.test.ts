import { expect, test } from '@jest/globals'
import type { SecretId } from '../../../../src/core/types.ts'
import { assign, parametersIn } from '../../../../src/providers/ssm/answers.ts'

const ARN = 'arn:aws:ssm:eu-west-1:111122223333:parameter/a'

function id(path: string, version?: string): SecretId {
  return { uri: `ssm://${path}?${version}`, scheme: 'ssm', path, options: {}, ...(version && { version }) }
}

const NEWEST = { Name: '/a', ARN, Value: 'newest', Version: 5 }
const THIRD = { Name: '/a', ARN, Value: 'third', Version: 3 }

test.each<[string, SecretId[], object[], (string | undefined)[]]>([
  ['in another order', [id('/a'), id('/b')], [{ Name: '/b', Value: 'b' }, NEWEST], ['newest', 'b']],
  ['by ARN', [id(ARN)], [NEWEST], ['newest']],
  [
    'by the ARN of another account, which is its name',
    [id(ARN)],
    [{ Name: ARN, Value: 'shared' }],
    ['shared'],
  ],
  [
    'by version, marked',
    [id('/a', '3'), id('/a')],
    [NEWEST, { ...THIRD, Selector: ':3' }],
    ['third', 'newest'],
  ],
  ['by label, marked', [id('/a', 'live')], [NEWEST, { ...THIRD, Selector: ':live' }], ['third']],
  ['by a mark without a colon', [id('/a', 'live')], [{ ...THIRD, Selector: 'live' }], ['third']],
  ['by ARN and version', [id(ARN, '3')], [{ ...THIRD, Selector: ':3' }], ['third']],
  ['by a version in the name', [id('/a:3')], [{ ...THIRD, Selector: ':3' }], ['third']],
  ['by version, unmarked', [id('/a', '3'), id('/a')], [NEWEST, THIRD], ['third', 'newest']],
  ['unmarked, the newest', [id('/a')], [THIRD, NEWEST], ['newest']],
  ['by label, unmarked, the only one', [id('/a', 'live')], [THIRD], ['third']],
  ['twice the same', [id('/a'), id(ARN)], [NEWEST], ['newest', 'newest']],
])('finds values %s', (_, ids, Parameters, expected) => {
  const found = assign(ids, { Parameters, InvalidParameters: [] })
  expect(ids.map(one => found?.get(one)?.reveal())).toEqual(expected)
})

test('an invalid name is absent, with its version or without', () => {
  const ids = [id('/a'), id('/a', '9'), id('/b')]
  const found = assign(ids, { Parameters: [NEWEST], InvalidParameters: ['/a:9', '/b'] })
  expect(ids.map(one => found?.has(one))).toEqual([true, false, false])
})

test.each<[string, SecretId, object]>([
  ['says nothing of the name', id('/a'), { Parameters: [], InvalidParameters: [] }],
  ['has another version', id('/a', '9'), { Parameters: [THIRD] }],
  ['leaves open which is labelled', id('/a', 'live'), { Parameters: [NEWEST, THIRD] }],
  ['has only a marked one', id('/a'), { Parameters: [{ ...THIRD, Selector: ':3' }] }],
  ['is empty', id('/a'), {}],
  ['has no value', id('/a'), { Parameters: [{ Name: '/a' }] }],
  ['has a value that is no text', id('/a'), { Parameters: [{ Name: '/a', Value: 5 }] }],
  ['has no list', id('/a'), { Parameters: { Name: '/a', Value: 'x' } }],
  ['has null', id('/a'), { Parameters: [null] }],
])('an answer that %s is a broken one, not a missing secret', (_, one, answer) => {
  expect(assign([one], answer as Record<string, unknown>)).toBeUndefined()
})

test('a list of parameters is checked', () => {
  expect(parametersIn({ Parameters: [NEWEST] })).toEqual([NEWEST])
  expect(parametersIn({ Parameters: [NEWEST, {}] })).toBeUndefined()
  expect(parametersIn({})).toBeUndefined()
})

test('version and age come along', () => {
  const one = id('/a')
  const found = assign([one], { Parameters: [{ ...NEWEST, LastModifiedDate: 1_764_000_000 }] })
  expect(found?.get(one)?.facts).toEqual({ version: '5', updatedAt: new Date(1_764_000_000_000) })
})
