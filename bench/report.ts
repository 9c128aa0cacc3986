/** Figures → the table for people. */
import { type Bound, isOver } from './bounds.ts'
import type { Figures, Judged } from './results.ts'

type Cells = readonly string[]

export interface Report {
  readonly machine: Readonly<Record<string, string>>
  readonly figures: readonly Figures[]
  readonly others: readonly Judged[] // rows that are measured in a way of their own
  readonly steps: Steps
  readonly rounds: Readonly<Record<'starts' | 'renders' | 'verbs' | 'steps', number>>
}

type Steps = Readonly<Record<string, Readonly<Record<string, number>>>> // milliseconds, by row and step

export function formatReport({ machine, figures, others, steps, rounds }: Report): string {
  const { starts, renders, verbs } = rounds
  return [
    Object.entries(machine)
      .map(([name, value]) => `${name}: ${value}`)
      .join('\n'),
    `Medians of ${starts} interleaved rounds; of ${renders} for render, of ${verbs} for list and copy`,
    formatFigures(figures),
    'Bounds',
    formatBounds([...figures, ...others]),
    `Milliseconds by step, medians of ${rounds.steps}`,
    formatSteps(steps),
  ].join('\n\n')
}

function formatFigures(figures: readonly Figures[]): string {
  const head = ['', 'ms', 'p10', 'p90', 'cpu ms', 'MiB', 'faults', 'of empty', 'of node', 'requests']
  return formatTable([head, ...figures.map(figureCells)])
}

/** One line a row: each figure that has a limit, with the limit behind it. */
function formatBounds(judged: readonly Judged[]): string {
  const rows = judged.filter(({ bounds }) => bounds.length > 0)
  return formatTable([
    ['', '', 'bound'],
    ...rows.map(({ name, bounds }) => [name, bounds.some(isOver) ? 'OVER' : 'ok', boundsText(bounds)]),
  ])
}

/** One line a program and scenario, one column a step; milliseconds. */
function formatSteps(steps: Steps): string {
  const names = [...new Set(Object.values(steps).flatMap(Object.keys))]
  const rows = Object.entries(steps).map(([row, ms]) => [
    row,
    ...names.map(name => ms[name]?.toFixed(2) ?? ''),
  ])
  return formatTable([['', ...names], ...rows])
}

function figureCells(figures: Figures): Cells {
  const {
    name,
    medianMs,
    p10Ms,
    p90Ms,
    cpuMs,
    memoryMiB,
    pageFaults,
    ofEmpty,
    ofNode,
    failed,
    requests = {},
  } = figures
  return [
    failed > 0 ? `${name} (${failed} runs FAILED)` : name,
    ...[medianMs, p10Ms, p90Ms, cpuMs].map(ms => ms.toFixed(2)),
    memoryMiB.toFixed(1),
    String(pageFaults),
    `${ofEmpty.toFixed(2)}x`,
    `${ofNode.toFixed(2)}x`,
    Object.entries(requests)
      .map(([kind, count]) => `${count} ${kind}`)
      .join(', '),
  ]
}

/** Requests are added up where they are as they must be. */
function boundsText(bounds: readonly Bound[]): string {
  const requests = bounds.filter(each => each.what.endsWith('requests') && !isOver(each))
  const others = bounds.filter(each => !requests.includes(each)).map(boundText)
  if (requests.length === 0) return others.join(', ')
  const count = requests.reduce((sum, { value }) => sum + value, 0)
  return [`${count} requests`, ...others].join(', ')
}

function boundText(bound: Bound): string {
  const { what, value, limit, exact, isLeast } = bound
  const amount = exact ? String(value) : value.toFixed(value < 10 ? 3 : 1)
  const allowed = limit === undefined ? '' : ` (${isLeast ? 'at least ' : ''}${limit})`
  return `${isOver(bound) ? 'OVER: ' : ''}${amount} ${what}${allowed}`
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
