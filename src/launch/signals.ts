/** Signals of a supervisor: which it passes on, which the terminal has sent to the command as well, how it ends. */
import { type Libc, systemCalls } from '../core/libc.ts'
import { resetAction, setBlocked } from './restore.ts'

/** How a process ended. */
export type Status = { readonly code: number } | { readonly signal: number }

/**
 * What the runtime can catch and the command may want. Left out: what a program's own fault raises (SEGV, …), SIGPIPE,
 * which both runtimes ignore, SIGTTIN and SIGTTOU, which must stop us too, SIGCONT, which attend.ts looks after, and real-time signals, which neither
 * runtime catches.
 */
export const FORWARDED = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGUSR1',
  'SIGUSR2',
  'SIGALRM',
  'SIGTERM',
  'SIGTSTP',
  'SIGURG',
  'SIGXCPU',
  'SIGVTALRM',
  'SIGPROF',
  'SIGWINCH',
  'SIGIO',
] as const satisfies readonly NodeJS.Signals[]

/** Sent by a terminal to all processes in its foreground, so to the command as well. Source: termios(3), tty_ioctl(4). */
const OF_TERMINALS: readonly string[] = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTSTP', 'SIGWINCH']

export function signalNumber(name: string): number | undefined {
  const { signals } = process.getBuiltinModule('node:os').constants
  const full = name.toUpperCase().replace(/^(SIG)?/, 'SIG')
  const number = Object.hasOwn(signals, full) ? signals[full as NodeJS.Signals] : realTime(full)
  return number
}

const FIRST_REAL_TIME = 34 // the C libraries keep 32 and 33 for themselves
const LAST_SIGNAL = 64

/** `SIGRTMIN+3`, `SIGRTMAX-1`, or the number. */
function realTime(name: string): number | undefined {
  const [, base, offset = '+0', plain] = /^SIG(?:RT(MIN|MAX)([+-]\d+)?|(\d+))$/.exec(name) ?? []
  if (base === undefined && plain === undefined) return undefined
  const number = plain ? Number(plain) : (base === 'MIN' ? FIRST_REAL_TIME : LAST_SIGNAL) + Number(offset)
  return number >= 1 && number <= LAST_SIGNAL ? number : undefined
}

const TIOCGPGRP = 0x540f
const O_NOCTTY = 0o400
const O_CLOEXEC = 0o2000000
const AT_FDCWD = -100

/** Tells whether a signal came from our terminal. Made once: what it hands to the kernel stays held. */
export class Terminal {
  readonly #libc: Libc
  readonly #group = new Int32Array(1)
  readonly #groupAddress: number
  readonly #path: number

  constructor(libc: Libc) {
    this.#libc = libc
    this.#groupAddress = libc.addressOf(this.#group)
    this.#path = libc.addressOf(new TextEncoder().encode('/dev/tty\0'))
  }

  /** We have a terminal, and its keys reach our process group. */
  isForeground(): boolean {
    const { openat, ioctl, close, getpgid } = systemCalls()
    const descriptor = this.#libc.call(openat, AT_FDCWD, this.#path, O_NOCTTY | O_CLOEXEC)
    if (descriptor < 0) return false
    const result = this.#libc.call(ioctl, descriptor, TIOCGPGRP, this.#groupAddress)
    this.#libc.call(close, descriptor)
    return result === 0 && this.#group[0] === this.#libc.call(getpgid, 0)
  }

  /** Nobody tells the receiver of a signal in JavaScript who sent it; in the foreground it is the terminal. */
  sent(signal: NodeJS.Signals): boolean {
    return OF_TERMINALS.includes(signal) && this.isForeground()
  }
}

const RLIMIT_CORE = 4

/** Ends this process as another one ended: with its code, or by its signal. As PID 1, 128 + n stands for the signal. */
export function endAs(libc: Libc, status: Status): never {
  const numbers = systemCalls()
  if ('signal' in status) {
    // The command has left its core file; one of ours beside it would help nobody.
    libc.call(numbers.prlimit64, 0, RLIMIT_CORE, libc.addressOf(new BigUint64Array(2)), 0)
    resetAction(libc, status.signal)
    setBlocked(libc, 0n)
    libc.call(numbers.kill, process.pid, status.signal)
  }
  libc.call(numbers.exit_group, 'signal' in status ? 128 + status.signal : status.code)
  throw new Error('exit_group came back')
}
