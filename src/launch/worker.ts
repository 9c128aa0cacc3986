/** A short process beside one that stays: started again and again, with a report, and killed when it takes too long. */
import { EXIT_CODES } from '../core/errors.ts'
import type { Libc } from '../core/libc.ts'
import { log, writeAll } from '../core/log.ts'
import type { Children } from './children.ts'
import type { Laid } from './execute.ts'
import { closeOnExec, passOn } from './inherit.ts'
import { createMemoryFile, emptyMemoryFile, readMemoryFile } from './memory-file.ts'
import type { Status } from './status.ts'

const SIGKILL = 9

/** Where there are too many processes, or too little memory. */
const REASONS: Readonly<Record<number, string>> = { 11: 'EAGAIN', 12: 'ENOMEM' }

/** Trying again may work. */
export const NOT_STARTED: Status = { code: EXIT_CODES.TIMED_OUT }

export interface WorkerPlan {
  readonly name: string // in messages
  readonly deadlineMs: number
  readonly descriptors: readonly number[] // that it gets beside its report
  layOut(report: number): Laid
}

export class Worker {
  readonly #libc: Libc
  readonly #children: Children
  readonly #plan: WorkerPlan
  readonly #report: number
  readonly #descriptors: readonly number[]
  readonly #laid: Laid
  #pid: number | undefined
  #deadline: NodeJS.Timeout | undefined

  constructor(libc: Libc, children: Children, plan: WorkerPlan) {
    this.#libc = libc
    this.#children = children
    this.#plan = plan
    this.#report = createMemoryFile(libc)
    this.#descriptors = [...plan.descriptors, this.#report]
    this.#laid = plan.layOut(this.#report)
  }

  /** Undefined while none runs. */
  get pid(): number | undefined {
    return this.#pid
  }

  /** @param ask - it finds this in its report. @returns whether it runs. */
  start(ask: string): boolean {
    emptyMemoryFile(this.#libc, this.#report)
    if (ask !== '') writeAll(this.#report, ask)
    passOn(this.#libc, this.#descriptors)
    const pid = this.#children.start(this.#laid)
    closeOnExec(this.#libc, this.#descriptors)
    if (pid < 0) {
      const reason = REASONS[-pid] ?? String(-pid)
      log('warn', `the ${this.#plan.name} could not be started (${reason})`)
      return false
    }
    this.#pid = pid
    this.#deadline = setTimeout(() => this.#end(), this.#plan.deadlineMs)
    return true
  }

  kill(signal: number): void {
    if (this.#pid !== undefined) this.#children.kill(this.#pid, signal)
  }

  /** What it had to do in time is done. */
  liftDeadline(): void {
    clearTimeout(this.#deadline)
  }

  /** It has ended, or is something else from here on. */
  release(): void {
    this.liftDeadline()
    this.#pid = undefined
  }

  /** What it has told so far; it stays until the next one is started. */
  readReport(): string {
    return new TextDecoder().decode(readMemoryFile(this.#libc, this.#report))
  }

  #end(): void {
    log('warn', `the ${this.#plan.name} did not end in time: it is killed`)
    this.kill(SIGKILL)
  }
}
