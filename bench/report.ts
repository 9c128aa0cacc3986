/** Figures → the table for people. */
import type { Figures } from './results.ts'
import type { Bound } from './scenarios.ts'

type Cells = readonly string[]

export function formatFigures(figures: readonly Figures[]): string {
  const head = ['', 'ms', 'p10', 'p90', 'cpu ms', 'MiB', 'of empty', 'of node', 'requests']
  return formatTable([head, ...figures.map(figureCells)])
}

/** One line a bound: what was measured, what is allowed. */
export function formatBounds(figures: readonly Figures[]): string {
  const rows = figures.flatMap(({ name, bounds }) => bounds.map(bound => [name, ...boundCells(bound)]))
  return formatTable([['', 'value', 'limit', 'bound', ''], ...rows])
}

/** One line a program and scenario, one column a step; milliseconds. */
export function formatSteps(steps: Readonly<Record<string, Readonly<Record<string, number>>>>): string {
  const names = [...new Set(Object.values(steps).flatMap(Object.keys))]
  const rows = Object.entries(steps).map(([row, ms]) => [
    row,
    ...names.map(name => ms[name]?.toFixed(2) ?? ''),
  ])
  return formatTable([['', ...names], ...rows])
}

export function isOver({ value, limit, exact }: Bound): boolean {
  return exact ? value !== limit : !(value <= limit)
}

function figureCells(figures: Figures): Cells {
  const { name, medianMs, p10Ms, p90Ms, cpuMs, memoryMiB, ofEmpty, ofNode, failed, requests = {} } = figures
  return [
    failed > 0 ? `${name} (${failed} runs FAILED)` : name,
    ...[medianMs, p10Ms, p90Ms, cpuMs].map(ms => ms.toFixed(2)),
    memoryMiB.toFixed(1),
    `${ofEmpty.toFixed(2)}x`,
    `${ofNode.toFixed(2)}x`,
    Object.entries(requests)
      .map(([kind, count]) => `${count} ${kind}`)
      .join(', '),
  ]
}

function boundCells(bound: Bound): Cells {
  const { what, value, limit, exact } = bound
  return [value.toFixed(exact ? 0 : 2), `${limit}`, isOver(bound) ? 'OVER' : 'ok', what]
}

function formatTable(rows: readonly Cells[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)))
  const isText = (column: number) => /^(requests|bound|)$/.test(rows[0]?.[column] ?? '')
  const line = (row: Cells) =>
    row
      .map((cell, column) =>
        isText(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd()
  return rows.map(line).join('\n')
}
