/** The short processes beside a supervisor: each is started with a report of its own, and may take so long. */

import { type Libc, systemCalls } from '../../core/libc.ts'
import { log, writeAll } from '../../core/log.ts'
import type { Children } from '../children.ts'
import type { Laid } from '../execute.ts'
import type { Lease } from '../leases.ts'
import { createMemoryFile, emptyMemoryFile, readMemoryFile } from '../memory-file.ts'
import { formatReport, parseReport, type Report } from './report.ts'

export const ROLES = ['resolver', 'poller', 'closer'] as const
export type WorkerRole = (typeof ROLES)[number]

/** What a worker is started with: descriptors. */
export interface Start {
  readonly report: number // a memory file that it may write
  readonly gate: number // a pipe: a byte lets a resolver become the command
  readonly tokens: number // the memory file with the tokens of its run of the command
  readonly others: number // and of another run
}

/** One that runs. */
export interface Running {
  readonly pid: number
  isReady: boolean
}

export interface Work {
  readonly tokens: number
  readonly others?: number | undefined
  readonly gate?: number | undefined
  readonly leases?: readonly Lease[] // it finds them in its report
}

const [SIGKILL, F_SETFD, FD_CLOEXEC, O_CLOEXEC] = [9, 2, 1, 0o2000000]

export class Workers {
  readonly #libc: Libc
  readonly #children: Children
  readonly #descriptors: readonly number[]
  readonly #reports: Readonly<Record<WorkerRole, number>>
  readonly #laid: Readonly<Record<WorkerRole, Laid>>
  readonly #nothing: number // an empty file, for what a worker does not get
  readonly #given: Readonly<Record<'gate' | 'tokens' | 'others', number>> // the same numbers each time

  /** @param descriptors - that each worker gets beside its own. */
  constructor(
    libc: Libc,
    children: Children,
    descriptors: readonly number[],
    layOut: (role: WorkerRole, start: Start) => Laid,
  ) {
    this.#libc = libc
    this.#children = children
    this.#descriptors = descriptors
    const create = () => createMemoryFile(libc)
    this.#nothing = create()
    this.#reports = { resolver: create(), poller: create(), closer: create() }
    this.#given = { gate: create(), tokens: create(), others: create() }
    const prepare = (role: WorkerRole) => layOut(role, { report: this.#reports[role], ...this.#given })
    this.#laid = { resolver: prepare('resolver'), poller: prepare('poller'), closer: prepare('closer') }
  }

  start(role: WorkerRole, work: Work): Running {
    const report = this.#reports[role]
    const { leases = [], tokens, others = this.#nothing, gate = this.#nothing } = work
    emptyMemoryFile(this.#libc, report)
    if (leases.length > 0) writeAll(report, formatReport(leases.map(lease => ({ event: 'lease', ...lease }))))
    this.#give({ gate, tokens, others }, 0)
    this.#inherit(report, 0)
    const running: Running = { pid: this.#children.start(this.#laid[role]), isReady: false }
    this.#inherit(report, FD_CLOEXEC)
    this.#give({ gate: this.#nothing, tokens: this.#nothing, others: this.#nothing }, O_CLOEXEC)
    return running
  }

  /** Kills it if it still runs after that time. @param isOver - whether it has ended, or need not. */
  limit(role: WorkerRole, { pid }: Running, ms: number, isOver: () => boolean): void {
    const overdue = () => {
      if (isOver()) return
      log('warn', `the ${role} did not end in time: it is killed`)
      this.#children.kill(pid, SIGKILL)
    }
    setTimeout(overdue, ms).unref()
  }

  read(role: WorkerRole): Report {
    return parseReport(new TextDecoder().decode(readMemoryFile(this.#libc, this.#reports[role])))
  }

  #give(files: Readonly<Record<'gate' | 'tokens' | 'others', number>>, flag: number): void {
    const { dup3 } = systemCalls()
    for (const name of ['gate', 'tokens', 'others'] as const) {
      this.#libc.call(dup3, files[name], this.#given[name], flag)
    }
  }

  #inherit(report: number, flag: number): void {
    for (const descriptor of [...this.#descriptors, report]) {
      this.#libc.call(systemCalls().fcntl, descriptor, F_SETFD, flag)
    }
  }
}
