/** Runs the user's program after a change, with the environment that secwrap was started with. */
import { type Libc, systemCalls } from '../../core/libc.ts'
import { writeAll } from '../../core/log.ts'
import { formatTold, parseAsk } from '../../launch/sidecar/report.ts'
import { namesOfCredentials } from '../../providers/credentials.ts'
import type { FlagValues } from '../flags.ts'
import { beginWork } from '../watch/begin-work.ts'
import type { WorkStage } from '../watch/stage.ts'
import { loadExeca } from './load-execa.ts'
import { readProgram } from './policy.ts'

/** From SIGTERM to SIGKILL. */
const GRACE_MS = 2_000

/** Tells on `report` how it went. Does not return. */
export async function runProgram(libc: Libc, stage: WorkStage, values: FlagValues): Promise<never> {
  const { schemes } = parseAsk(beginWork(libc, stage).asked)
  const env = { ...process.env }
  for (const name of namesOfCredentials(schemes, env)) delete env[name]
  const problem = await run(libc, values, env)
  const told =
    problem === undefined ? { event: 'ready' as const } : { event: 'problem' as const, text: problem }
  writeAll(stage.report, formatTold([told]))
  process.exit(0)
}

async function run(libc: Libc, values: FlagValues, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const [file, ...args] = readProgram(String(values.run))
  const seconds = Number(values['run-timeout'])
  const { execa } = await loadExeca(libc)
  const ending = new AbortController()
  process.on('SIGTERM', () => ending.abort())
  const child = execa(file, args, {
    env,
    extendEnv: false,
    stdin: 'ignore',
    stdout: 'inherit',
    stderr: 'inherit',
    detached: true, // the group of its own ends with it
    timeout: seconds * 1_000,
    cancelSignal: ending.signal,
    forceKillAfterDelay: GRACE_MS,
    reject: false,
  })
  const { failed, timedOut, isCanceled, exitCode, signal, code } = await child
  if (timedOut || isCanceled) killGroup(libc, child.pid)
  if (!failed) return undefined
  return `${file} ${describeEnd({ timedOut, isCanceled, exitCode, signal, code, seconds })}`
}

interface End {
  readonly timedOut: boolean
  readonly isCanceled: boolean
  readonly exitCode?: number | undefined
  readonly signal?: string | undefined
  readonly code?: string | undefined
  readonly seconds: number
}

/** Of what is known about it by code alone: messages of libraries repeat the command line. */
function describeEnd({ timedOut, isCanceled, exitCode, signal, code, seconds }: End): string {
  if (timedOut) return `did not end within ${seconds} s, and was ended`
  if (isCanceled) return 'was ended'
  if (exitCode !== undefined) return `failed with exit code ${exitCode}`
  if (signal !== undefined) return `was ended by ${signal}`
  return `can't be run (${code ?? 'unknown error'})`
}

const SIGKILL = 9

/** What the program has started and left behind when its time was up. */
function killGroup(libc: Libc, pid: number | undefined): void {
  if (pid !== undefined && pid > 1) libc.call(systemCalls().kill, -pid, SIGKILL)
}
