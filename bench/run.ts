/**
 * `npm run bench`: how long `secwrap exec -- true` takes, beside an empty compiled program and a bare
 * Node start in the same run; then the verbs that work on thousands of secrets.
 *
 *   --row NAME        only this one (repeats), as `static`; `--rounds N` (41); `--json FILE`
 *   --page FILE       puts the tables between the marks of docs/performance.md
 *   --check           ends with 1 where a figure is over its bound
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { parseArgs } from 'node:util'
import { root } from '../scripts/bun.mjs'
import { isOver } from './bounds.ts'
import { describeMachine } from './machine.ts'
import { measure, readSteps } from './measure.ts'
import { checkPage, writePage } from './page.ts'
import { PROGRAMS, referenceRows, startOf, startWithoutProviders } from './programs.ts'
import { formatBounds, formatFigures, formatSteps } from './report.ts'
import { figuresOf, type Measured } from './results.ts'
import { BARE, type Row, rowName, scenarioRow, verbRow, WITHOUT_PROVIDERS } from './rows.ts'
import { DELAY_MS, SCENARIOS } from './scenarios.ts'
import { median } from './statistics.ts'
import { type Stub, startStub } from './stub/start.ts'
import { VERBS } from './verbs.ts'

const STEP_ROUNDS = 15
const VERB_ROUNDS = 3

const { values: flags } = parseArgs({
  options: {
    row: { type: 'string', multiple: true },
    rounds: { type: 'string', default: '41' },
    json: { type: 'string' },
    page: { type: 'string' },
    check: { type: 'boolean', default: false },
  },
})

process.exitCode = await main()

async function main(): Promise<number> {
  if (!existsSync(`${root}dist/secwrap-linux-x64`)) throw new Error('nothing is built: npm run build')
  if (flags.page) checkPage(flags.page)
  const folder = mkdtempSync(`${tmpdir()}/secwrap-bench-`)
  const stub = await startStub([0, DELAY_MS])
  try {
    return tell(await measureAll(folder, stub))
  } finally {
    await stub.stop()
    rmSync(folder, { recursive: true })
  }
}

async function measureAll(folder: string, stub: Stub): Promise<Measured> {
  const { starts, verbs } = chosenRows(folder, stub)
  const requests = await countRequests([...starts, ...verbs], stub)
  const besides = [...referenceRows(folder, BARE), ...rowsWithoutProviders(folder, stub)]
  const samples = {
    ...measure([...besides, ...starts], Number(flags.rounds)),
    ...measure(verbs, VERB_ROUNDS, 0), // counting their requests was a round, too
  }
  return { samples, requests, steps: Object.fromEntries(starts.map(row => [row.name, medianSteps(row)])) }
}

interface Rows {
  readonly starts: readonly Row[]
  readonly verbs: readonly Row[]
}

function chosenRows(folder: string, stub: Stub): Rows {
  const scenarios = SCENARIOS.filter(isChosen)
  const verbs = VERBS.filter(isChosen)
  const programs = PROGRAMS.map(program => ({ program, start: startOf(program, folder) }))
  return {
    starts: programs.flatMap(({ program, start }) =>
      scenarios.map(each => scenarioRow(rowName(program, each), start, each, folder, stub)),
    ),
    verbs: programs.flatMap(({ program, start }) =>
      verbs.map(each => verbRow(rowName(program, each), start, each, folder, stub)),
    ),
  }
}

function rowsWithoutProviders(folder: string, stub: Stub): readonly Row[] {
  const [first] = SCENARIOS.filter(({ name }) => name === 'static').filter(isChosen)
  return first ? [scenarioRow(WITHOUT_PROVIDERS, startWithoutProviders(folder), first, folder, stub)] : []
}

function isChosen({ name }: { readonly name: string }): boolean {
  return flags.row?.includes(name) ?? true
}

async function countRequests(rows: readonly Row[], stub: Stub): Promise<Measured['requests']> {
  const requests: Record<string, Readonly<Record<string, number>>> = {}
  for (const row of rows) {
    measure([row], 1, 0)
    requests[row.name] = await stub.takeCounts()
  }
  return requests
}

function medianSteps(row: Row): Readonly<Record<string, number>> {
  const runs = Array.from({ length: STEP_ROUNDS }, () => readSteps(row))
  const names = Object.keys(runs[0] ?? {})
  return Object.fromEntries(names.map(name => [name, median(runs.map(run => run[name] ?? Number.NaN))]))
}

function tell(measured: Measured): number {
  const machine = describeMachine()
  const figures = figuresOf(measured)
  const { steps } = measured
  const text = [
    Object.entries(machine)
      .map(([name, value]) => `${name}: ${value}`)
      .join('\n'),
    `Medians of ${flags.rounds} interleaved rounds; of ${VERB_ROUNDS} for list and copy`,
    formatFigures(figures),
    'Bounds',
    formatBounds(figures),
    `Milliseconds by step, medians of ${STEP_ROUNDS}`,
    formatSteps(steps),
  ].join('\n\n')
  console.log(text)
  if (flags.page) writePage(flags.page, text)
  if (flags.json)
    writeFileSync(
      flags.json,
      `${JSON.stringify({ machine, rounds: flags.rounds, figures, steps }, null, 2)}\n`,
    )
  const wrong = figures.filter(({ failed, bounds }) => failed > 0 || bounds.some(isOver))
  if (wrong.length > 0) console.log(`\nFailed or over a bound: ${wrong.map(({ name }) => name).join(', ')}`)
  return flags.check && wrong.length > 0 ? 1 : 0
}
