/** The short processes beside a sidecar: what each is asked, and the memory file with tokens that looks share. */
import type { Libc } from '../../core/libc.ts'
import type { Children } from '../children.ts'
import type { Lease } from '../leases.ts'
import { createMemoryFile, isEmptyMemoryFile } from '../memory-file.ts'
import type { Resident } from '../resident.ts'
import { Worker } from '../worker.ts'
import type { SidecarPolicy } from './policy.ts'
import { type Ask, type Found, formatAsk, NO_ASK, parseFound } from './report.ts'

export type SidecarRole = 'looker' | 'runner' | 'closer'

/** A closer gives up by itself before that. */
const CLOSE_MS = 3_000

export class SidecarWorkers {
  readonly looker: Worker
  readonly runner: Worker
  readonly closer: Worker
  readonly #libc: Libc
  readonly #tokens: number

  constructor(
    resident: Resident<SidecarRole>,
    children: Children,
    { lookMs, runMs }: Pick<SidecarPolicy, 'lookMs' | 'runMs'>,
  ) {
    const { libc, descriptors } = resident
    this.#libc = libc
    this.#tokens = createMemoryFile(libc)
    const worker = (role: SidecarRole, name: string, deadlineMs: number, tokens: number) =>
      new Worker(libc, children, {
        name,
        deadlineMs,
        descriptors: tokens < 0 ? descriptors : [...descriptors, tokens],
        layOut: report => resident.layOut(role, { report, gate: -1, tokens, others: -1 }),
      })
    this.looker = worker('looker', 'look', lookMs, this.#tokens)
    this.runner = worker('runner', 'program', runMs, -1)
    this.closer = worker('closer', 'closer', CLOSE_MS, this.#tokens)
  }

  /** @returns whether it runs. */
  startLook(ask: Ask): boolean {
    return this.looker.start(formatAsk(ask))
  }

  /** @param schemes - whose credentials the program is not given. @returns whether it runs. */
  startProgram(schemes: readonly string[]): boolean {
    return this.runner.start(formatAsk({ ...NO_ASK, schemes }))
  }

  /** Gives back tokens, and these leases. @returns whether a closer runs: not where there is nothing to give back. */
  startCloser(leases: readonly Lease[]): boolean {
    const isNeeded = leases.some(({ id }) => id !== undefined) || !isEmptyMemoryFile(this.#libc, this.#tokens)
    return isNeeded && this.closer.start(formatAsk({ ...NO_ASK, leases }))
  }

  /** A look or a program has ended. @returns what it has told. */
  finish(worker: 'looker' | 'runner'): Found {
    this[worker].release()
    return parseFound(this[worker].readReport())
  }
}
