import { expect, test } from '@jest/globals'
import { createRules, type RuleName, translateExpression } from '../../../src/sops/rules.ts'

test.each<[RuleName, string, string[], string[][], boolean]>([
  ['unencrypted_suffix', '_unencrypted', ['a'], [[]], true],
  ['unencrypted_suffix', '_unencrypted', ['a_unencrypted', 'b'], [[], []], false],
  ['encrypted_suffix', '_key', ['a'], [[]], false],
  ['encrypted_suffix', '_key', ['a_key', 'b'], [[], []], true],
  ['unencrypted_regex', '^a', ['ab', 'c'], [[], []], false],
  ['unencrypted_regex', '^a', ['ba'], [[]], true],
  ['encrypted_regex', '^a', ['ba'], [[]], false],
  ['encrypted_regex', '^a', ['b', 'a'], [[], []], true],
  ['unencrypted_comment_regex', 'plain', ['a'], [[' plain']], false],
  ['unencrypted_comment_regex', 'plain', ['a'], [[' x']], true],
  ['encrypted_comment_regex', 'seal', ['a', 'b'], [[' seal'], []], true],
  ['encrypted_comment_regex', 'seal', ['a'], [[]], false],
])('%s %s: %j below comments %j', (name, pattern, path, comments, sealed) => {
  expect(createRules({ name, pattern }).isSealed(path, comments)).toBe(sealed)
})

test.each([
  // Go                    matches      does not match
  ['(?i)^secret$', 'SECRET', 'secrets'],
  ['(?P<kind>pass|key)', 'my_key', 'other'],
  ['\\Aa\\z', 'a', 'ab'],
  ['^[[:upper:]]+$', 'ABC', 'aBC'],
  ['^\\pL+$', 'žluť', 'a1'],
  ['^\\p{Greek}$', 'α', 'a'],
  ['a\\-b\\.c', 'a-b.c', 'a-bxc'],
  ['(?s)a.b', 'a\nb', 'ab'],
])('%s means to us what it means to Go', (pattern, yes, no) => {
  const expression = translateExpression(pattern)
  expect([expression.test(yes), expression.test(no)]).toEqual([true, false])
})

test.each(['(', '\\Qa.b\\E', '[[:nope:]', '\\C', '(?U)a+'])(
  '%s can not be read: an error, not a guess',
  pattern => {
    const attempt = () => createRules({ name: 'encrypted_regex', pattern })
    expect(attempt).toThrow(expect.objectContaining({ code: 'BAD_VALUE' }))
  },
)
