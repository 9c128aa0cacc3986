/** `secwrap exec --watch` at work: what it says can be waited for, and nothing of it is left at the end. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { type Artifact, BARE_ENVIRONMENT } from './secwrap.ts'

const PATIENCE_MS = 10_000

export interface WatchedRun extends AsyncDisposable {
  readonly child: ChildProcess
  readonly pid: number // of the supervisor, or of what `prefix` names
  /** All that it has written so far, to both streams. */
  output(): string
  /** Waits until it has written this after what was waited for before. Fails after ten seconds, or as many as given. */
  says(pattern: RegExp, patienceMs?: number): Promise<RegExpExecArray>
  readonly end: Promise<readonly [number | null, NodeJS.Signals | null]>
}

export interface WatchedOptions {
  readonly artifact: Artifact
  readonly cwd: string
  readonly flags?: readonly string[]
  readonly command: readonly string[]
  readonly prefix?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly patienceMs?: number // of `says`, where many run side by side
}

/** A command that tells its variable A and its process id, and stays. */
export const TELLING = ['sh', '-c', 'echo "value $A pid $$ end"; exec sleep 60'] as const
export const TOLD = /value (\S+) pid (\d+) end/

export function startWatch({
  artifact,
  cwd,
  flags = [],
  command,
  prefix = [],
  env = {},
  patienceMs,
}: WatchedOptions): WatchedRun {
  const argv = [...prefix, ...artifact.argv, 'exec', '--watch', ...flags, '--', ...command]
  return startProgram(argv, cwd, { ...BARE_ENVIRONMENT, ...env }, patienceMs)
}

/** Starts any program that is listened to in this way. */
export function startProgram(
  argv: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
  patienceMs = PATIENCE_MS,
): WatchedRun {
  const [file = '', ...args] = argv
  const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const end = once(child, 'close') as Promise<unknown> as WatchedRun['end']
  const output = listen(child, patienceMs)
  return {
    child,
    pid: child.pid ?? 0,
    ...output,
    end,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL') // what it has started goes with it
      await end
    },
  }
}

function listen(child: ChildProcess, usualMs: number): Pick<WatchedRun, 'output' | 'says'> {
  let all = ''
  let seen = 0
  let check = () => {}
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      all += chunk
      check()
    })
  }
  const says: WatchedRun['says'] = (pattern, patienceMs = usualMs) =>
    new Promise((done, fail) => {
      const timer = setTimeout(() => fail(new Error(`no ${pattern} in: ${all.slice(seen)}`)), patienceMs)
      check = () => {
        const match = pattern.exec(all.slice(seen))
        if (!match) return
        seen += match.index + match[0].length
        check = () => {}
        clearTimeout(timer)
        done(match)
      }
      check()
    })
  return { output: () => all, says }
}

/** Process ids of the children that a process has now. */
export function childrenOf(pid: number): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ').filter(Boolean).map(Number)
}

/** Whether a process of `--watch` is that, or is about to become it. */
export function isWorker(pid: number, role: 'resolver' | 'poller'): boolean {
  try {
    const variables = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0')
    return variables.some(variable => /^SECWRAP_STAGE=\w+ \d+ (\w+)/.exec(variable)?.[1] === role)
  } catch {
    return false
  }
}

export function isAlive(pid: number): boolean {
  try {
    const hasEnded = /^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
    // Its first thread may have ended before the others, who still hold its descriptors.
    return !hasEnded || readdirSync(`/proc/${pid}/task`).length > 1
  } catch {
    return false
  }
}

/** Asks again until it is true; fails after ten seconds, or as many as given. */
export async function waitFor(
  isTrue: () => boolean | Promise<boolean>,
  patienceMs = PATIENCE_MS,
): Promise<void> {
  const end = Date.now() + patienceMs
  while (!(await isTrue())) {
    if (Date.now() > end) throw new Error('waited in vain')
    await new Promise(done => setTimeout(done, 10))
  }
}
