import { expect, test } from '@jest/globals'
import type { Reference, SecretId, TemplateEntry } from '../../../src/core/types.ts'
import { collectNeeds, cutBatches, groupIds, schemesIn } from '../../../src/resolve/plan.ts'

function idOf(uri: string, options: Record<string, string> = {}): SecretId {
  return { uri, scheme: uri.split(':')[0] ?? '', path: uri.split('//')[1] ?? '', options }
}

function referenceTo(uri: string, options: Record<string, string> = {}): Reference {
  return { raw: uri, id: idOf(uri, options), optional: false }
}

function entryOf(name: string, ...parts: TemplateEntry['parts'][number][]): TemplateEntry {
  return { file: '.env.template', line: 1, name, parts, decorators: {} }
}

test('references are found in text, expansions, defaults and defaults of defaults', () => {
  const [a, b, c] = [referenceTo('ssm:///a'), referenceTo('ssm:///b'), referenceTo('vault://c')] as const
  const nested = {
    parts: [b],
    otherwise: { operator: ':-', word: [{ parts: [c], filters: [] }] },
    filters: [],
  } as const
  const needs = collectNeeds([entryOf('X', 'text', a), entryOf('Y', nested)])
  expect(needs.map(({ reference, entry }) => [entry.name, reference.raw])).toEqual([
    ['X', 'ssm:///a'],
    ['Y', 'ssm:///b'],
    ['Y', 'vault://c'],
  ])
})

test('wildcards are no needs, but their stores count', () => {
  const entry = { ...entryOf('*', referenceTo('ssm:///prod/')), wildcard: { prefix: '' } }
  expect(collectNeeds([entry])).toEqual([])
  expect([...schemesIn([entry])]).toEqual(['ssm'])
})

test('equal ids are read once, and options make stores of their own', () => {
  const groups = groupIds([
    idOf('ssm:///a'),
    idOf('ssm:///a'),
    idOf('ssm:///b'),
    idOf('ssm:///a?region=eu', { region: 'eu' }),
    idOf('vault://a'),
  ])
  expect(groups.map(group => [group.scheme, group.options, group.ids.map(id => id.uri)])).toEqual([
    ['ssm', {}, ['ssm:///a', 'ssm:///b']],
    ['ssm', { region: 'eu' }, ['ssm:///a?region=eu']],
    ['vault', {}, ['vault://a']],
  ])
})

test('the order of options makes no difference', () => {
  const ids = [
    idOf('ssm:///a', { region: 'eu', profile: 'p' }),
    idOf('ssm:///b', { profile: 'p', region: 'eu' }),
  ]
  expect(groupIds(ids)).toHaveLength(1)
})

test.each([
  [0, 10, []],
  [1, 10, [1]],
  [10, 10, [10]],
  [23, 10, [10, 10, 3]],
  [3, 1, [1, 1, 1]],
])('%i ids in batches of %i', (count, size, expected) => {
  const ids = Array.from({ length: count }, (_, index) => idOf(`ssm:///${index}`))
  const batches = cutBatches({ scheme: 'ssm', options: {}, ids }, size)
  expect(batches.map(batch => batch.ids.length)).toEqual(expected)
  expect(batches.flatMap(batch => batch.ids)).toEqual(ids)
})
