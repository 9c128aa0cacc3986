import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { editDistance, isOneEditAway, shorten, suggest } from '../../../src/core/suggest.ts'

test.each([
  ['regoin', ['region', 'profile'], 'region'],
  ['verison', ['version', 'region'], 'version'],
  ['x', ['a', 'b'], undefined],
  ['region', ['region'], 'region'],
  ['completely', ['different', 'words'], undefined],
])('%s of %p: %p', (written, candidates, meant) => {
  expect(suggest(written, candidates)).toBe(meant)
})

test('one edit is a distance of at most one', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 })
  fc.assert(
    fc.property(word, word, (a, b) => expect(isOneEditAway(a, b)).toBe(editDistance(a, b) <= 1)),
    { numRuns: 5_000 },
  )
})

test('what was written is shown up to a length', () => {
  expect([shorten('abc'), shorten('x'.repeat(100)).length]).toEqual(['abc', 61])
})

test('a long text is compared with nothing', () => {
  expect(suggest('a'.repeat(1_000_000), ['region'])).toBeUndefined()
})
