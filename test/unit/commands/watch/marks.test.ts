import { expect, test } from '@jest/globals'
import { listMarks } from '../../../../src/commands/watch/marks.ts'
import { Secret } from '../../../../src/core/secret.ts'
import type { Reference, Resolved, TemplateEntry } from '../../../../src/core/types.ts'
import { parseReference } from '../../../../src/template/reference.ts'

function resolveAll(values: readonly (readonly [Reference, string])[]): Resolved {
  const secrets = new Map(values.map(([reference, value]) => [reference, new Secret(value)]))
  return { secrets, missing: new Map(), imports: new Map(), problems: [] }
}

function entryOf(reference: Reference): TemplateEntry {
  return { file: 'f', line: 1, name: '', parts: [reference], decorators: {} }
}

const KEY = 'key of this run'

test('the same words in two folders are two secrets, and a change of either is seen', () => {
  const [first, second] = ['a/', 'b/'].map(folder => parseReference('file://./key', { folder })) as [
    Reference,
    Reference,
  ]
  const entries = [entryOf(first), entryOf(second)]
  const marksOf = (one: string, two: string) =>
    new Map(
      listMarks(
        entries,
        resolveAll([
          [first, one],
          [second, two],
        ]),
        KEY,
        [],
      ).flatMap(line => (line.event === 'read' ? [[line.name, line.mark]] : [])),
    )
  const before = marksOf('one', 'two')
  expect([...before.keys()]).toEqual(['file://./key', `file://./key ${second.id.uri}`])
  expect(marksOf('one', 'two')).toEqual(before)
  expect(marksOf('one', 'other')).not.toEqual(before)
  expect(marksOf('other', 'two')).not.toEqual(before)
})

test('no mark holds a value, or much of its digest', () => {
  const reference = parseReference('file:///key')
  const [line] = listMarks([entryOf(reference)], resolveAll([[reference, 'planted']]), KEY, [])
  expect(line).toEqual({ event: 'read', name: 'file:///key', mark: expect.stringMatching(/^[0-9a-f]{4}$/) })
})
