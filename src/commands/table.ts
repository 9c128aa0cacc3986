import { isatty } from 'node:tty'
import { CONTROLS, writeAll } from '../core/log.ts'

type Row = Readonly<Record<string, string>>

/**
 * Rows on standard output: JSON, or aligned columns with a header for a terminal, or bare columns
 * between tabs for a pipe, as `cut` and `awk` take them.
 */
export function printTable(rows: readonly Row[], { json, color }: { json: boolean; color: boolean }): void {
  if (json) writeAll(1, `${JSON.stringify(rows, null, 2)}\n`)
  else if (isatty(1)) writeAll(1, formatColumns(rows, color && !process.env.NO_COLOR))
  else writeAll(1, rows.map(row => `${Object.values(row).map(flatten).join('\t')}\n`).join(''))
}

export function formatColumns(rows: readonly Row[], color: boolean): string {
  const [first] = rows
  if (!first) return ''
  const header = Object.fromEntries(Object.keys(first).map(name => [name, name.toUpperCase()]))
  const widths = Object.keys(first).map(name =>
    Math.max(...[header, ...rows].map(row => flatten(row[name]).length)),
  )
  const line = (row: Row) =>
    Object.keys(first)
      .map((name, index) => flatten(row[name]).padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd()
  const [head = '', ...body] = [header, ...rows].map(line)
  return `${[color ? `\u001b[1m${head}\u001b[0m` : head, ...body].join('\n')}\n`
}

/** A name from a store, so that it can't move the cursor or begin a line of its own. */
export function flatten(text = ''): string {
  return text.replace(CONTROLS, '?')
}
