/** The short processes beside a supervisor, and the descriptors that each is given. */
import { type Libc, systemCalls } from '../../core/libc.ts'
import type { Children } from '../children.ts'
import type { Lease } from '../leases.ts'
import { createMemoryFile } from '../memory-file.ts'
import type { Resident } from '../resident.ts'
import { Worker } from '../worker.ts'
import { formatReport } from './report.ts'

export type WorkerRole = 'resolver' | 'poller' | 'closer'

export interface Work {
  readonly tokens: number
  readonly others?: number | undefined
  readonly gate?: number | undefined
  readonly leases?: readonly Lease[] // it finds them in its report
}

/** A closer gives up by itself before that. */
export const CLOSE_MS = 3_000

const O_CLOEXEC = 0o2000000
type Given = Readonly<Record<'gate' | 'tokens' | 'others', number>>

export class Workers {
  readonly resolver: Worker
  readonly poller: Worker
  readonly closer: Worker
  readonly #libc: Libc
  readonly #nothing: number // an empty file, for what a worker does not get
  readonly #given: Given // the same numbers each time

  /** @param deadlineMs - of a resolver or a poller. */
  constructor(resident: Resident<WorkerRole>, children: Children, deadlineMs: number) {
    const { libc, descriptors } = resident
    this.#libc = libc
    const create = () => createMemoryFile(libc)
    this.#nothing = create()
    this.#given = { gate: create(), tokens: create(), others: create() }
    const worker = (name: WorkerRole, ms: number) =>
      new Worker(libc, children, {
        name,
        deadlineMs: ms,
        descriptors,
        layOut: report => resident.layOut(name, { report, ...this.#given }),
      })
    this.resolver = worker('resolver', deadlineMs)
    this.poller = worker('poller', deadlineMs)
    this.closer = worker('closer', CLOSE_MS)
  }

  /** @returns whether it runs. */
  start(role: WorkerRole, work: Work): boolean {
    const { leases = [], tokens, others = this.#nothing, gate = this.#nothing } = work
    this.#give({ gate, tokens, others }, 0)
    const isStarted = this[role].start(formatReport(leases.map(lease => ({ event: 'lease', ...lease }))))
    this.#give({ gate: this.#nothing, tokens: this.#nothing, others: this.#nothing }, O_CLOEXEC)
    return isStarted
  }

  #give(files: Given, flag: number): void {
    const { dup3 } = systemCalls()
    for (const name of ['gate', 'tokens', 'others'] as const) {
      this.#libc.call(dup3, files[name], this.#given[name], flag)
    }
  }
}
