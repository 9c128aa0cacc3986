import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { matchesPattern } from '../../../src/core/pattern.ts'
import { compilePattern } from '../../../src/core/pattern-program.ts'

const ATOMS = [
  'a',
  'b',
  '.',
  '[ab]',
  '[^a]',
  '\\d',
  '\\w',
  '\\s',
  '\\.',
  '1',
  'é',
  '😀',
  '\\u{61}',
  '\\p{L}',
  '^',
  '$',
  '\\b',
  '\\B',
]
const { pattern } = fc.letrec<{ pattern: string; sequence: string; term: string }>(tie => ({
  pattern: fc.array(tie('sequence'), { minLength: 1, maxLength: 3 }).map(each => each.join('|')),
  sequence: fc.array(tie('term'), { maxLength: 4 }).map(each => each.join('')),
  term: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(...ATOMS),
    fc
      .tuple(
        fc.oneof(
          fc.constantFrom(...ATOMS.slice(0, -4)),
          tie('pattern').map(each => `(${each})`),
          tie('pattern').map(each => `(?:${each})`),
        ),
        fc.constantFrom('', '*', '+', '?', '{2}', '{0,2}', '{1,}', '*?', '{0}'),
      )
      .map(each => each.join('')),
  ),
}))
const text = fc.string({ unit: fc.constantFrom('a', 'b', '1', ' ', '.', 'é', '😀', '\n'), maxLength: 12 })

test('says what JavaScript says', () => {
  fc.assert(
    fc.property(pattern, text, (written, value) => {
      // V8 lets \B match between the halves of a surrogate pair; ECMAScript, and so ours, does not.
      fc.pre(!(written.includes('\\B') && value.includes('😀')))
      expect(matchesPattern(written, value)).toBe(new RegExp(written, 'u').test(value))
    }),
    { numRuns: 1_500 },
  )
})

test.each(['^(a+)+$', '^(a|a)*$', '(.*)*x', '^(\\w+\\s?)*$', '.*.*.*.*.*=.*'])(
  '%s does not hang',
  written => {
    const started = performance.now()
    expect(matchesPattern(written, `${'a'.repeat(4_000)}!`)).toBe(false)
    expect(performance.now() - started).toBeLessThan(2_000)
  },
)

test.each([
  ['(', 'is not a regular expression'],
  ['a{2,1}', 'is not a regular expression'],
  ['(a)\\1', 'has a back-reference, which is not supported'],
  ['(?<x>a)\\k<x>', 'has a back-reference, which is not supported'],
  ['(?=a)', 'looks around or changes flags, which is not supported'],
  ['(?<!a)b', 'looks around or changes flags, which is not supported'],
  ['((a{99}){99}){99}', 'repeats too much'],
  ['a{0,1000000000}', 'repeats too much'],
])('%s is refused', (written, message) => {
  expect(() => compilePattern(written)).toThrow(message)
})

test('repeating nothing takes no time', () => {
  expect(matchesPattern('^((b{0}){1000000000}){1000000000}$', '')).toBe(true)
})

test('a text of more than 4096 characters matches nothing', () => {
  expect([matchesPattern('a', 'a'.repeat(4_096)), matchesPattern('a', 'a'.repeat(4_097))]).toEqual([
    true,
    false,
  ])
})
