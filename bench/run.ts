/**
 * `npm run bench`: how long `secwrap exec -- true` takes, beside an empty compiled program and a bare
 * Node start in the same run.
 *
 *   --scenario NAME   only this one (repeats); `--rounds N` (41); `--json FILE`
 *   --check           ends with 1 where a figure is over its bound
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { parseArgs } from 'node:util'
import { root } from '../scripts/bun.mjs'
import { describeMachine } from './machine.ts'
import { measure, readSteps } from './measure.ts'
import { formatBounds, formatFigures, formatSteps, isOver } from './report.ts'
import { figuresOf, type Measured } from './results.ts'
import { PROGRAMS, type Row, referenceRows, scenarioRow, startOf } from './rows.ts'
import { DELAY_MS, SCENARIOS } from './scenarios.ts'
import { median } from './statistics.ts'
import { type Stub, startStub } from './stub-process.ts'

const STEP_ROUNDS = 15

const { values: flags } = parseArgs({
  options: {
    scenario: { type: 'string', multiple: true, default: SCENARIOS.map(each => each.name) },
    rounds: { type: 'string', default: '41' },
    json: { type: 'string' },
    check: { type: 'boolean', default: false },
  },
})

process.exitCode = await main()

async function main(): Promise<number> {
  if (!existsSync(`${root}dist/secwrap-linux-x64`)) throw new Error('nothing is built: npm run build')
  const folder = mkdtempSync(`${tmpdir()}/secwrap-bench-`)
  const stub = await startStub([0, DELAY_MS])
  try {
    const rows = chosenRows(folder, stub)
    const requests = await countRequests(rows, stub)
    const samples = measure([...referenceRows(folder), ...rows], Number(flags.rounds))
    return tell({ samples, requests }, measureSteps(rows))
  } finally {
    await stub.stop()
    rmSync(folder, { recursive: true })
  }
}

function chosenRows(folder: string, stub: Stub): readonly Row[] {
  const scenarios = SCENARIOS.filter(each => flags.scenario.includes(each.name))
  return PROGRAMS.flatMap(program => {
    const start = startOf(program, folder)
    return scenarios.map(each => scenarioRow(program, start, each, folder, stub))
  })
}

async function countRequests(rows: readonly Row[], stub: Stub): Promise<Measured['requests']> {
  const requests: Record<string, Readonly<Record<string, number>>> = {}
  for (const row of rows) {
    measure([row], 1, 0)
    requests[row.name] = await stub.takeCounts()
  }
  return requests
}

function measureSteps(rows: readonly Row[]): Readonly<Record<string, Readonly<Record<string, number>>>> {
  return Object.fromEntries(rows.map(row => [row.name, medianSteps(row)]))
}

function medianSteps(row: Row): Readonly<Record<string, number>> {
  const runs = Array.from({ length: STEP_ROUNDS }, () => readSteps(row))
  const names = Object.keys(runs[0] ?? {})
  return Object.fromEntries(names.map(name => [name, median(runs.map(run => run[name] ?? Number.NaN))]))
}

function tell(measured: Measured, steps: ReturnType<typeof measureSteps>): number {
  const machine = describeMachine()
  const figures = figuresOf(measured)
  console.log(
    Object.entries(machine)
      .map(([name, value]) => `${name}: ${value}`)
      .join('\n'),
  )
  console.log(`\nMedians of ${flags.rounds} interleaved rounds\n\n${formatFigures(figures)}`)
  console.log(`\nBounds\n\n${formatBounds(figures)}`)
  console.log(`\nMilliseconds by step, medians of ${STEP_ROUNDS}\n\n${formatSteps(steps)}`)
  if (flags.json)
    writeFileSync(
      flags.json,
      `${JSON.stringify({ machine, rounds: flags.rounds, figures, steps }, null, 2)}\n`,
    )
  const wrong = figures.filter(({ failed, bounds }) => failed > 0 || bounds.some(isOver))
  if (wrong.length > 0) console.log(`\nFailed or over a bound: ${wrong.map(({ name }) => name).join(', ')}`)
  return flags.check && wrong.length > 0 ? 1 : 0
}
