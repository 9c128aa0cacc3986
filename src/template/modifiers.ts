import { SecwrapError } from '../core/errors.ts'
import { FILTERS } from '../core/filters.ts'
import { shorten, suggest } from '../core/suggest.ts'
import type { Otherwise } from '../core/types.ts'
import type { Source } from './source.ts'

/** `|filter|filter:-` as read; the word goes from `wordStart` to the end of the expression. */
export interface ModifierSyntax {
  readonly filters: readonly string[]
  readonly operator: Otherwise['operator'] | undefined
  readonly wordStart: number
}

const FILTER = /^\|\s*(\w*)\s*/
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
    const name = FILTER.exec(text.slice(at, end))
    filters.push(checkFilter(name?.[1] ?? ''))
    at += name?.[0].length ?? 1
  }
  if (at === end) return { filters, operator: undefined, wordStart: end }
  const operator = OPERATORS.find(candidate => text.startsWith(candidate, at))
  if (operator) return { filters, operator, wordStart: at + operator.length }
  if (filters.length === 0) return undefined
  throw new SecwrapError('BAD_TEMPLATE', `unexpected text after the filter ${filters.at(-1)}`)
}

/** Where the reference in `${reference|filter:-default}` ends. */
export function findReferenceEnd(source: Source, start: number, end: number): number {
  const text = source.text.slice(start, end)
  END.lastIndex = 0
  for (let found = END.exec(text); found; found = END.exec(text)) {
    if (found[0] !== '${') return start + found.index
    const close = source.closingBrace(start + found.index + 1, end)
    END.lastIndex = (close < 0 ? found.index : close - start) + 1
  }
  return end
}

const END = /\||:[-?+]|\$\{/g

function checkFilter(name: string): string {
  if (Object.hasOwn(FILTERS, name)) return name
  const meant = suggest(name, Object.keys(FILTERS))
  throw new SecwrapError('BAD_TEMPLATE', `unknown filter ${shorten(name) || 'with an empty name'}`, {
    hint: meant ? `|${meant}` : `filters: ${Object.keys(FILTERS).join(', ')}`,
  })
}
