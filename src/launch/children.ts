/** Processes by the kernel's own calls: started by posix_spawn, waited for by wait4, orphans included. */
import { type Libc, openFunction, systemCalls } from '../core/libc.ts'
import type { Laid } from './execute.ts'
import type { Status } from './status.ts'

/** What became of a child. */
export type Change =
  | { readonly pid: number; readonly ended: Status }
  | { readonly pid: number; readonly stopped: number } // by which signal
  | { readonly pid: number; readonly continued: true }

const PR_SET_CHILD_SUBREAPER = 36
const WNOHANG = 1
const WUNTRACED = 2
const WCONTINUED = 8

/**
 * Everything that is started here and everything that it leaves behind. The runtime's own way would take
 * orphans for nothing, and give the command a set of descriptors and signals of its own making.
 */
export class Children {
  readonly #libc: Libc
  readonly #spawn: (...integers: (number | bigint)[]) => number
  readonly #pid = new Int32Array(1)
  readonly #status = new Int32Array(1)
  readonly #addresses: { readonly pid: number; readonly status: number }

  constructor(libc: Libc) {
    const spawn = openFunction('posix_spawn')
    if (!spawn) throw new Error('no posix_spawn')
    this.#libc = libc
    this.#spawn = spawn
    this.#addresses = { pid: libc.addressOf(this.#pid), status: libc.addressOf(this.#status) }
    libc.call(systemCalls().prctl, PR_SET_CHILD_SUBREAPER, 1)
  }

  /** @returns its process id, or -errno. It gets the descriptors that are not marked to be closed. */
  start([file, argv, variables]: Laid): number {
    const errno = this.#spawn(this.#addresses.pid, file, 0, 0, argv, variables)
    return errno === 0 ? (this.#pid[0] ?? 0) : -errno
  }

  /** What has happened since the last call; one SIGCHLD may stand for hundreds. */
  collect(): readonly Change[] {
    const changes: Change[] = []
    for (;;) {
      const flags = WNOHANG | WUNTRACED | WCONTINUED
      const pid = this.#libc.call(systemCalls().wait4, -1, this.#addresses.status, flags, 0)
      if (pid <= 0) return changes
      changes.push({ pid, ...readStatus(this.#status[0] ?? 0) })
    }
  }

  kill(pid: number, signal: number): void {
    this.#libc.call(systemCalls().kill, pid, signal)
  }
}

type Outcome = { ended: Status } | { stopped: number } | { continued: true }

/** Source: bits/waitstatus.h */
export function readStatus(status: number): Outcome {
  if (status === 0xffff) return { continued: true }
  if ((status & 0xff) === 0x7f) return { stopped: (status >> 8) & 0xff }
  const signal = status & 0x7f
  return { ended: signal === 0 ? { code: (status >> 8) & 0xff } : { signal } }
}
