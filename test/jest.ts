/** One run of Jest, and what it tells only in passing: that tests left something open or running. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { endStragglers } from './stragglers.ts'

export interface JestResult {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly numRuntimeErrorTestSuites: number
}

export interface JestRun {
  readonly result?: JestResult // absent if Jest could not even begin
  readonly problems: readonly string[]
}

/**
 * From the result being there to the end of the process. Jest itself warns of what a test left open after half a
 * second, which a busy machine also takes; what is still open after this long fails the run.
 */
const EXIT_WITHIN_MS = 15_000

/** Jest leads a session of its own, so that a process which a test leaves behind can be told from all others. */
export async function runJest(
  root: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<JestRun> {
  const folder = mkdtempSync(`${tmpdir()}/secwrap-jest-`)
  const output = `${folder}/result.json`
  const temporary = createTemporary(folder)
  const jest = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js']
  const colors = process.stderr.isTTY ? { FORCE_COLOR: '1' } : {}
  const child = spawn(process.execPath, [...jest, '--json', `--outputFile=${output}`, ...args], {
    cwd: root,
    env: { ...process.env, ...colors, ...env, TMPDIR: temporary },
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const session = child.pid ?? 0
  const endAll = () =>
    child.exitCode === null && child.signalCode === null && process.kill(-session, 'SIGKILL')
  process.once('exit', () => endStragglers(session))
  const watch = setInterval(() => {
    if (existsSync(output)) setTimeout(endAll, EXIT_WITHIN_MS).unref()
  }, 500)
  const [code] = (await once(child, 'exit')) as [number | null]
  clearInterval(watch)
  const result = readResult(output)
  const files = readdirSync(temporary).filter(name => name !== 'node-compile-cache') // npm's
  rmSync(folder, { recursive: true, force: true })
  const problems = [
    ...(code === 0 ? [] : [`jest ended with ${code ?? 'a signal'}`]),
    ...endStragglers(session),
    ...files.map(name => `a test left ${name} in its temporary folder`),
  ]
  return { ...(result && { result }), problems }
}

/** Empty, and open to the other accounts that some tests switch to. */
function createTemporary(folder: string): string {
  const temporary = `${folder}/tmp`
  mkdirSync(temporary)
  chmodSync(folder, 0o755)
  chmodSync(temporary, 0o1777)
  return temporary
}

function readResult(file: string): JestResult | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as JestResult
  } catch {
    return undefined
  }
}
