/** Signals by name, the terminal that sends them, and how a process ends by one. */
import { type Libc, systemCalls } from '../core/libc.ts'
import { resetAction, setBlocked } from './restore.ts'
import type { Caught } from './signal-pipe.ts'

/** How a process ended. */
export type Status = { readonly code: number } | { readonly signal: number }

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

const [SIGHUP, SIGTSTP, SIGTTIN, SIGTTOU] = [1, 20, 21, 22]
const TIOCGPGRP = 0x540f
const O_NOCTTY = 0o400
const O_CLOEXEC = 0o2000000
const AT_FDCWD = -100

/** Made once: what it hands to the kernel stays held. */
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

  /** To all processes in its foreground; when it is gone, first to the leader of its session alone. */
  hasSent({ signal, isFromKernel }: Pick<Caught, 'signal' | 'isFromKernel'>): boolean {
    const isForLeader = signal === SIGHUP && this.#libc.call(systemCalls().getsid, 0) === process.pid
    return isFromKernel && !isForLeader
  }

  /** Whether the job that we are part of stops with a command that this signal has stopped. */
  stopsJob(signal: number): boolean {
    if (signal === SIGTSTP) return this.#foreground() === this.#libc.call(systemCalls().getpgid, 0)
    // In the background of a shell it is what the command does to the terminal that stops it.
    return (signal === SIGTTIN || signal === SIGTTOU) && this.#foreground() !== undefined
  }

  /** The process group in its foreground. */
  #foreground(): number | undefined {
    const { openat, ioctl, close } = systemCalls()
    const descriptor = this.#libc.call(openat, AT_FDCWD, this.#path, O_NOCTTY | O_CLOEXEC)
    if (descriptor < 0) return undefined
    const result = this.#libc.call(ioctl, descriptor, TIOCGPGRP, this.#groupAddress)
    this.#libc.call(close, descriptor)
    return result === 0 ? this.#group[0] : undefined
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
