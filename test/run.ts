/**
 * Runs the tests: `npm test`, `npm test -- unit`, `npm test -- test/e2e/exec.test.ts -t signal`.
 *
 * Builds what the end-to-end tests need, starts the test lab unless only unit tests run, and ends
 * with the line `N passed, N failed, N skipped`. Arguments are the names of tiers, and Jest's own.
 */
import { spawnSync } from 'node:child_process'
import { type JestRun, runJest } from './jest.ts'
import { type RunningLab, startLab } from './lab/start.ts'

const TIERS: readonly string[] = ['unit', 'integration', 'e2e']
const root = `${import.meta.dirname}/..`

process.exitCode = await main(process.argv.slice(2))

async function main(given: readonly string[]): Promise<number> {
  const tiers = tiersOf(given)
  const args = [...given.filter(arg => !TIERS.includes(arg)), '--selectProjects', ...tiers]
  if (tiers.includes('e2e')) build()
  const lab = tiers.join() === 'unit' ? undefined : await startLab(say)
  endOnInterrupt(lab)
  if (!lab) return report(await runJest(root, args, {}))
  say(`test lab ready in ${(lab.startMs / 1_000).toFixed(1)} s`)
  const { result, problems } = await runJest(root, args, { LAB_FILE: lab.file })
  const left = await lab.stop()
  return report({
    ...(result && { result }),
    problems: [...problems, ...left.map(name => `${name} had to be killed`)],
  })
}

/** The tiers that are named, or that hold the paths that are named; all of them if there are none. */
function tiersOf(args: readonly string[]): readonly string[] {
  const chosen = TIERS.filter(tier => args.some(arg => arg === tier || arg.includes(`test/${tier}`)))
  return chosen.length > 0 ? chosen : TIERS
}

function build(): void {
  const { status } = spawnSync(process.execPath, ['scripts/build.mjs'], { cwd: root, stdio: 'inherit' })
  if (status !== 0) throw new Error('the build failed')
}

/** Jest and its children end when we do (jest.ts); the servers must be asked to. */
function endOnInterrupt(lab: RunningLab | undefined): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => void Promise.resolve(lab?.stop()).finally(() => process.exit(1)))
  }
}

function report({ result, problems }: JestRun): number {
  const passed = result?.numPassedTests ?? 0
  const failed = (result?.numFailedTests ?? 0) + (result?.numRuntimeErrorTestSuites ?? 0)
  const skipped = (result?.numPendingTests ?? 0) + (result?.numTodoTests ?? 0)
  for (const problem of problems) say(problem)
  if (passed + failed === 0) say('no test ran')
  say(`${passed} passed, ${failed} failed, ${skipped} skipped`)
  return passed > 0 && failed === 0 && problems.length === 0 ? 0 : 1
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
