/** The terminal that sends signals, and stops jobs. */
import { type Libc, systemCalls } from '../../core/libc.ts'
import { resetAction } from '../restore.ts'
import { getAction, setAction } from '../signal-action.ts'
import type { Caught } from '../signal-pipe.ts'

const [SIGHUP, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU] = [1, 19, 20, 21, 22]
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
    if (signal === SIGTSTP) return this.#isForeground()
    // Which programs with a screen of their own, such as top, send themselves at Ctrl-Z.
    if (signal === SIGSTOP) return this.#isForeground() && this.#hasShell()
    // In the background of a shell it is what the command does to the terminal that stops it.
    return (signal === SIGTTIN || signal === SIGTTOU) && this.#foreground() !== undefined
  }

  /** As if nobody caught this signal: the kernel stops the process, unless there is no shell that could continue it. */
  stop(signal: number): void {
    const handler = getAction(this.#libc, signal)
    resetAction(this.#libc, signal)
    this.#libc.call(systemCalls().kill, process.pid, signal) // comes back when it is continued
    setAction(this.#libc, signal, handler)
  }

  #isForeground(): boolean {
    return this.#foreground() === this.#libc.call(systemCalls().getpgid, 0)
  }

  /** Whether our parent is of this session and of another job. */
  #hasShell(): boolean {
    const { getppid, getpgid, getsid } = systemCalls()
    const parent = this.#libc.call(getppid)
    const isSame = (call: number) => this.#libc.call(call, parent) === this.#libc.call(call, 0)
    return isSame(getsid) && !isSame(getpgid)
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
