import { SecwrapError } from '../core/errors.ts'

/** First version: replaced by a matcher whose time is linear. */
export function matchesPattern(pattern: string, value: string): boolean {
  if (value.length > 256) throw new SecwrapError('BAD_VALUE', 'the value is too long for matches(…)')
  return new RegExp(pattern, 'u').test(value)
}
