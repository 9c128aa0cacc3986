/**
 * `npm run bench`: how long `secwrap exec -- true` takes, beside an empty compiled program and a bare Node start in
 * the same run; files that are rendered beside their reads; verbs that work on thousands of secrets; what
 * `--watch` takes, of a command and of files; and how fast `--mask` is.
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
import { makeGroups } from './groups.ts'
import { describeMachine } from './machine.ts'
import { checkPage, writePage } from './page.ts'
import { formatReport, type Report } from './report.ts'
import { measureAll } from './run-rows.ts'
import { DELAY_MS } from './scenarios.ts'
import { startStub } from './stub/start.ts'

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
  const memory = mkdtempSync('/dev/shm/secwrap-bench-')
  const stub = await startStub([0, DELAY_MS])
  try {
    const site = { folder, memory, stub }
    const groups = makeGroups(site, Number(flags.rounds), isChosen)
    return tell({ machine: describeMachine(), ...(await measureAll(groups, site)) })
  } finally {
    await stub.stop()
    for (const each of [folder, memory]) rmSync(each, { recursive: true })
  }
}

function isChosen(name: string): boolean {
  return flags.row?.includes(name) ?? true
}

function tell(report: Report): number {
  const text = formatReport(report)
  console.log(text)
  if (flags.page) writePage(flags.page, text)
  if (flags.json) writeFileSync(flags.json, `${JSON.stringify(report, null, 2)}\n`)
  const judged = [...report.figures, ...report.others]
  const wrong = judged.filter(({ failed, bounds }) => failed > 0 || bounds.some(isOver))
  if (wrong.length > 0) console.log(`\nFailed or over a bound: ${wrong.map(({ name }) => name).join(', ')}`)
  return flags.check && wrong.length > 0 ? 1 : 0
}
