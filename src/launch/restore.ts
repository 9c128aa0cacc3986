import { type Libc, systemCalls } from '../core/libc.ts'
import { closeOnExec, passOn } from './inherit.ts'
import { createAction, SIG_DFL, SIG_IGN, setAction } from './signal-action.ts'
import { hasSignal } from './signals.ts'
import type { StartState } from './start-state.ts'

const RLIMIT_NOFILE = 7
const SIG_SETMASK = 2
const SIGPIPE = 13
const SIGXFSZ = 25
// glibc's own; posix_spawn, by which --watch starts us, leaves the second one ignored.
const SIGCANCEL = 32
const SIGSETXID = 33
const LAST_SIGNAL = 64
const MASK_BYTES = 8

/** Gives the process back what its caller gave it, as the last thing before it becomes the command. */
export function restoreState(libc: Libc, start: StartState): void {
  if (start.openFiles !== undefined) restoreOpenFiles(libc, start.openFiles)
  restoreDescriptors(libc, start.descriptors)
  restoreIgnored(libc, start.ignored)
  setBlocked(libc, start.blocked)
}

/** The signals that this thread blocks, one bit each. */
export function setBlocked(libc: Libc, signals: bigint): void {
  const mask = new BigUint64Array([signals])
  libc.call(systemCalls().rt_sigprocmask, SIG_SETMASK, libc.addressOf(mask), 0, MASK_BYTES)
}

function restoreOpenFiles(libc: Libc, soft: bigint): void {
  const limit = new BigUint64Array(2) // soft, hard
  libc.call(systemCalls().prlimit64, 0, RLIMIT_NOFILE, 0, libc.addressOf(limit))
  if (limit[0] === soft) return
  limit[0] = soft
  libc.call(systemCalls().prlimit64, 0, RLIMIT_NOFILE, libc.addressOf(limit), 0)
}

/** Both runtimes mark the caller's descriptors to be closed, Node even 0 to 2. Our own are marked by themselves. */
function restoreDescriptors(libc: Libc, descriptors: readonly number[]): void {
  passOn(libc, descriptors)
  // What the caller had closed, the runtime has opened again, on /dev/null or for itself.
  const closed = [0, 1, 2].filter(standard => !descriptors.includes(standard))
  closeOnExec(libc, closed)
}

/**
 * execve turns handlers into the default by itself; only "ignored" is inherited. Both runtimes ignore
 * SIGPIPE and SIGXFSZ; Node and a handler of ours undo what the caller had ignored.
 */
function restoreIgnored(libc: Libc, ignored: bigint): void {
  for (let signal = 1; signal <= LAST_SIGNAL; signal++) {
    const isOfLibc = signal === SIGCANCEL || signal === SIGSETXID
    const isIgnored = !isOfLibc && ignored !== 0n && hasSignal(ignored, signal)
    if (!isIgnored && !isOfLibc && signal !== SIGPIPE && signal !== SIGXFSZ) continue
    setAction(libc, signal, createAction(isIgnored ? SIG_IGN : SIG_DFL))
  }
}

/** A signal does again what it does by default. */
export function resetAction(libc: Libc, signal: number): void {
  setAction(libc, signal, createAction())
}
