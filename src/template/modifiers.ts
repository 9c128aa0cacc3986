import { SecwrapError } from '../core/errors.ts'
import { FILTERS } from '../core/filters.ts'
import { shorten, suggest } from '../core/suggest.ts'
import type { Otherwise } from '../core/types.ts'
import type { Source } from './source.ts'

/** `|filter|filter:-` as read; the word goes from `wordStart` to the end of the expression. */
export interface ModifierSyntax {
  readonly filters: readonly string[]
  readonly operator?: Otherwise['operator']
  readonly wordStart: number
}

// Longer ones first: `:-` begins with what no operator is, but `-` would match inside nothing else.
const OPERATORS: readonly Otherwise['operator'][] = [':-', ':?', ':+', '-', '?', '+']

/**
 * What follows a name or a reference; undefined where it is neither filter nor operator.
 *
 * @throws SecwrapError BAD_TEMPLATE for an unknown filter.
 */
export function readModifiers({ text }: Source, start: number, end: number): ModifierSyntax | undefined {
  const filters: string[] = []
  let at = start
  while (at < end && text[at] === '|') {
    const [written = '', name = ''] = /^\|\s*(\w*)\s*/.exec(text.slice(at, end)) ?? []
    filters.push(checkFilter(name))
    at += written.length
  }
  if (at === end) return { filters, wordStart: end }
  const operator = OPERATORS.find(candidate => text.startsWith(candidate, at))
  if (operator) return { filters, operator, wordStart: at + operator.length }
  if (filters.length === 0) return undefined
  throw new SecwrapError('BAD_TEMPLATE', `unexpected text after the filter ${filters.at(-1)}`)
}

/** Where the reference in `${reference|filter:-default}` ends. */
export function findReferenceEnd(source: Source, start: number, end: number): number {
  const { text } = source
  for (let at = start; at < end; at++) {
    const character = text[at]
    if (character === '|') return at
    if (character === ':' && '-?+'.includes(text[at + 1] ?? ' ')) return at
    if (character === '$' && text[at + 1] === '{') at = Math.max(at, source.closingBrace(at + 1, end))
  }
  return end
}

function checkFilter(name: string): string {
  if (Object.hasOwn(FILTERS, name)) return name
  const meant = suggest(name, Object.keys(FILTERS))
  throw new SecwrapError('BAD_TEMPLATE', `unknown filter ${shorten(name) || 'without a name'}`, {
    hint: meant ? `|${meant}` : `filters: ${Object.keys(FILTERS).join(', ')}`,
  })
}
