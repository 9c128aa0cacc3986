/** The terminal that sends signals, and stops jobs. */
import { type Libc, systemCalls } from '../../core/libc.ts'
import type { Caught } from '../signal-pipe.ts'

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
