import { expect, test } from '@jest/globals'
import { isSame } from '../../../src/launch/marks.ts'

test.each([
  [{ a: '1' }, { a: '1' }, true],
  [{ a: '1', b: '2' }, { b: '2', a: '1' }, true],
  [{ a: '1' }, { a: '2' }, false],
  [{ a: '1' }, {}, false],
  [{}, { a: '1' }, false],
  [{ a: '1' }, { b: '1' }, false],
])('%j and %j: %j', (left, right, same) => {
  expect(isSame(new Map(Object.entries(left)), new Map(Object.entries(right)))).toBe(same)
})
