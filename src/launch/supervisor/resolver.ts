/** The resolver under way: it reads all secrets for a run of its own, and waits until it may become the command. */
import type { Libc } from '../../core/libc.ts'
import { Gate } from './gate.ts'
import type { Grant, Grants } from './grants.ts'
import { parseReport, type Report } from './report.ts'
import type { Workers } from './workers.ts'

/** What a resolver leaves behind when it becomes the command. */
export interface Run {
  readonly pid: number
  readonly grant: Grant
}

const SIGCONT = 18

export class Resolver {
  readonly #workers: Workers
  readonly #grants: Grants
  readonly #gate: Gate
  #grant: Grant | undefined
  #isReady = false

  constructor(libc: Libc, workers: Workers, grants: Grants) {
    this.#workers = workers
    this.#grants = grants
    this.#gate = new Gate(libc)
  }

  get pid(): number | undefined {
    return this.#workers.resolver.pid
  }

  /** What the stores gave it, so far as it has told. */
  get grant(): Grant | undefined {
    return this.#grant
  }

  /** @param others - of the run that goes on meanwhile. @returns whether it runs. */
  start(others: Grant | undefined): boolean {
    const grant = this.#grants.create()
    this.#grant = grant
    this.#isReady = false
    const work = { tokens: grant.tokens, others: others?.tokens }
    return this.#gate.build(gate => this.#workers.start('resolver', { gate, ...work }))
  }

  kill(signal: number): void {
    this.#workers.resolver.kill(signal)
    this.#workers.resolver.kill(SIGCONT) // one that is stopped would find out only then
  }

  /** @returns its report, once, when it has read everything. */
  takeReport(): Report | undefined {
    if (!this.#grant || this.#isReady) return undefined
    const report = parseReport(this.#workers.resolver.readReport())
    this.#grant.leases = report.leases
    this.#isReady = report.isReady
    if (!report.isReady) return undefined
    this.#workers.resolver.liftDeadline()
    return report
  }

  /** Undefined where there is none. */
  becomeCommand(): Run | undefined {
    const [pid, grant] = [this.pid, this.#grant]
    if (pid === undefined || !grant) return undefined
    this.#forget()
    this.#gate.open()
    return { pid, grant }
  }

  /** It has ended too soon. @returns what the stores gave it. */
  fail(): Grant | undefined {
    const grant = this.#grant
    this.#forget()
    this.#gate.close()
    return grant
  }

  #forget(): void {
    this.#workers.resolver.release()
    this.#grant = undefined
  }
}
