/** What would be written, as people see it: names, and never a value. */
import type { Step } from '../copy/items.ts'
import { formatCount } from './progress.ts'
import { formatColumns } from './table.ts'

/** A row of the preview. `skip`: there is another value, which stays. */
export type Shown = {
  readonly from: string
  readonly to: string
  readonly action: Step['action'] | 'skip'
}

/** Rows that are shown before the question; with all of thousands nobody would see it. */
const MAX_ROWS = 20

export function toShown({ from, to, action }: Step, skipsExisting: boolean): Shown {
  return { from, to, action: skipsExisting && action === 'change' ? 'skip' : action }
}

/** The first of what would change, and how much there is of everything. */
export function formatPreview(rows: readonly Shown[]): string {
  const changing = rows.filter(({ action }) => action === 'new' || action === 'change')
  const rest = changing.length - MAX_ROWS
  const more = rest > 0 ? `and ${formatCount(rest)} more\n` : ''
  return `${formatColumns(changing.slice(0, MAX_ROWS), false)}${more}${formatSummary(rows)}`
}

const WORDS = { new: 'new', change: 'with another value', same: 'the same', skip: 'skipped' } as const

/** `4,990 new, 3 with another value, 7 the same` */
export function formatSummary(rows: readonly Shown[]): string {
  const counts = Object.entries(WORDS).map(([action, word]) => {
    return [rows.filter(row => row.action === action).length, word] as const
  })
  return formatCounts(counts)
}

/** What is 0 is left out. */
export function formatCounts(counts: readonly (readonly [count: number, word: string])[]): string {
  const told = counts.filter(([count]) => count > 0).map(([count, word]) => `${formatCount(count)} ${word}`)
  return told.join(', ') || 'nothing'
}
