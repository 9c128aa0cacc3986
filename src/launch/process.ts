/** What this process keeps to itself, and what it leaves alone, until it becomes the command. */
import { openLibc, systemCalls } from '../core/libc.ts'
import { readStrings, splitStrings } from './proc.ts'
import { hasSignal } from './signals.ts'
import type { StartState } from './start-state.ts'

const PR_SET_DUMPABLE = 4

/**
 * From here on no core file holds our memory and no process of the same user can read it; execve undoes
 * that for the command. It also closes /proc/self to us. Source: prctl(2).
 */
export function protectProcess(): void {
  openLibc()?.call(systemCalls().prctl, PR_SET_DUMPABLE, 0)
}

const PR_GET_DUMPABLE = 3

/** Whether `protectProcess` had an effect here. */
export function isProtected(): boolean {
  return openLibc()?.call(systemCalls().prctl, PR_GET_DUMPABLE) === 0
}

const RLIMIT_STACK = 3
const NO_LIMIT = 2n ** 64n - 1n // RLIM_INFINITY
const USUAL_STACK_BYTES = 8 * 1024 * 1024

/** The soft limit of the stack in bytes, of which the kernel gives a quarter to argv and environment. */
export function readStackLimit(): number {
  const libc = openLibc()
  if (!libc) return USUAL_STACK_BYTES
  const limit = new BigUint64Array(2) // soft, hard
  libc.call(systemCalls().prlimit64, 0, RLIMIT_STACK, 0, libc.addressOf(limit))
  const [soft = NO_LIMIT] = limit
  return soft === NO_LIMIT ? Number.POSITIVE_INFINITY : Number(soft)
}

/** Variables that the package's shell would have dropped: `NAME=value` in base64, each with a NUL byte after it. */
const ODD_VARIABLE = 'SECWRAP_ODD'

/**
 * Takes the variables out of the environment that are not UTF-8, and adds those that bin/secwrap.js has saved.
 * To be called before `protectProcess`.
 *
 * @returns `NAME=value` of each, as bytes.
 */
export function takeRawInherited(environment: NodeJS.ProcessEnv): readonly Uint8Array[] {
  const saved = environment[ODD_VARIABLE] === undefined ? [] : takeSaved(environment)
  if (!hasReplacement(environment)) return saved
  const raw = readStrings('environ').filter(variable => !isUtf8(variable))
  for (const variable of raw) delete environment[variable.toString().split('=', 1)[0] ?? '']
  return [...saved, ...raw]
}

// A function of its own: the engine makes Buffer as soon as it links one that names it, which takes 0.1 ms.
function takeSaved(environment: NodeJS.ProcessEnv): readonly Buffer[] {
  const saved = Buffer.from(environment[ODD_VARIABLE] ?? '', 'base64')
  delete environment[ODD_VARIABLE]
  return splitStrings(saved)
}

// The runtime decodes what is not UTF-8 into this character. It may as well be the caller's own.
function hasReplacement(environment: NodeJS.ProcessEnv): boolean {
  for (const name in environment) {
    if (name.includes('\ufffd') || environment[name]?.includes('\ufffd')) return true
  }
  return false
}

function isUtf8(bytes: Buffer): boolean {
  return Buffer.from(bytes.toString()).equals(bytes)
}

const ENDING = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGTERM: 15 } as const

/** As PID 1 a signal without a handler is dropped: these end the process at once, as they would elsewhere. */
export function endOnSignals({ ignored }: StartState): void {
  if (process.pid !== 1) return
  for (const [name, number] of Object.entries(ENDING)) {
    if (hasSignal(ignored, number)) continue // by the caller, as nohup does
    process.on(name, () => process.exit(128 + number))
  }
}
