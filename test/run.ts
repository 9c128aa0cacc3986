/**
 * Runs the tests: `npm test`, `npm test -- unit`, `npm test -- test/e2e/exec.test.ts -t signal`.
 *
 * Builds what the end-to-end tests need, starts the test lab unless only unit tests run, and ends
 * with the line `N passed, N failed, N skipped`. Arguments are the names of tiers, and Jest's own.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { type RunningLab, startLab } from './lab/start.ts'
import { endStragglers } from './stragglers.ts'

const TIERS: readonly string[] = ['unit', 'integration', 'e2e']
const root = `${import.meta.dirname}/..`

interface JestResult {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly numRuntimeErrorTestSuites: number
}

process.exitCode = await main(process.argv.slice(2))

async function main(given: readonly string[]): Promise<number> {
  const tiers = tiersOf(given)
  const args = [...given.filter(arg => !TIERS.includes(arg)), '--selectProjects', ...tiers]
  if (tiers.includes('e2e')) await runNode(['scripts/build.mjs'])
  const lab = tiers.some(tier => tier !== 'unit') ? await startLab(say) : undefined
  if (lab) say(`test lab ready in ${(lab.startMs / 1_000).toFixed(1)} s`)
  const problems: string[] = []
  const stopLab = async () => {
    const left = (await lab?.stop()) ?? []
    problems.push(...left.map(name => `server ${name} had to be killed`))
  }
  onInterrupt(stopLab)
  const result = await runJest(args, lab, problems)
  await stopLab()
  for (const problem of problems) say(problem)
  return report(result, problems)
}

/** The tiers that are named, or that hold the paths that are named; all of them if there are none. */
function tiersOf(args: readonly string[]): readonly string[] {
  const chosen = TIERS.filter(tier => args.some(arg => arg === tier || arg.includes(`test/${tier}`)))
  return chosen.length > 0 ? chosen : TIERS
}

async function runJest(args: readonly string[], lab: RunningLab | undefined, problems: string[]) {
  const folder = mkdtempSync(`${tmpdir()}/secwrap-jest-`)
  const output = `${folder}/result.json`
  const flags = ['--json', `--outputFile=${output}`, '--testLocationInResults=false']
  const jest = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js']
  const { code, pid } = await runNode([...jest, ...flags, ...args], lab ? { LAB_FILE: lab.file } : {}, true)
  if (code !== 0) problems.push(`jest ended with ${code}`)
  problems.push(...endStragglers(pid))
  try {
    return JSON.parse(readFileSync(output, 'utf8')) as JestResult
  } catch {
    return undefined
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Under Jest's own session, so that a process that a test leaves behind can be told from all others. */
async function runNode(args: readonly string[], env: Readonly<Record<string, string>> = {}, isApart = false) {
  const options = { cwd: root, env: { ...process.env, ...env }, detached: isApart }
  const child = spawn(process.execPath, args, {
    ...options,
    stdio: ['ignore', isApart ? 'ignore' : 'inherit', 'inherit'],
  })
  const forward = (signal: NodeJS.Signals) => child.pid !== undefined && process.kill(-child.pid, signal)
  if (isApart) for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, forward)
  const [code] = (await once(child, 'exit')) as [number | null]
  if (!isApart && code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`)
  return { code, pid: child.pid ?? 0 }
}

function onInterrupt(stop: () => Promise<void>): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void stop().finally(() => process.exit(1)))
  }
}

function report(result: JestResult | undefined, problems: readonly string[]): number {
  const passed = result?.numPassedTests ?? 0
  const failed = (result?.numFailedTests ?? 0) + (result?.numRuntimeErrorTestSuites ?? 0)
  const skipped = (result?.numPendingTests ?? 0) + (result?.numTodoTests ?? 0)
  if (passed + failed === 0) say('no test ran')
  say(`${passed} passed, ${failed} failed, ${skipped} skipped`)
  return passed > 0 && failed === 0 && problems.length === 0 ? 0 : 1
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
