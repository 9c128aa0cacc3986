/**
 * What the stores gave for one run of the command: tokens of our own log-ins, in a memory file that nobody reads here,
 * and leases. A closer revokes it all when that run is over.
 */

import { type Libc, systemCalls } from '../../core/libc.ts'
import type { Lease } from '../leases.ts'
import { createMemoryFile } from '../memory-file.ts'
import type { Running, Workers } from './workers.ts'

export interface Grant {
  readonly tokens: number // descriptor
  leases: readonly Lease[]
}

/** A closer gives up by itself before that. */
const DEADLINE_MS = 3_000
const SEEK_END = 2

export class Grants {
  readonly #libc: Libc
  readonly #workers: Workers
  readonly #waiting: { readonly grant: Grant; readonly others: number | undefined }[] = []
  #closing: { readonly grant: Grant; readonly closer: Running } | undefined
  #whenAllClosed: (() => void) | undefined

  constructor(libc: Libc, workers: Workers) {
    this.#libc = libc
    this.#workers = workers
  }

  create(): Grant {
    return { tokens: createMemoryFile(this.#libc), leases: [] }
  }

  /** @param others - of a run that goes on, and may have the same token. */
  close(grant: Grant | undefined, others?: Grant): void {
    if (!grant) return
    this.#waiting.push({ grant, others: others?.tokens })
    if (!this.#closing) this.#closeNext()
  }

  /** Calls back when nothing is left to be revoked, or when the time for that is over. */
  whenAllClosed(done: () => void): void {
    this.#whenAllClosed = done
    if (this.#closing) setTimeout(done, DEADLINE_MS)
    else done()
  }

  /** @returns whether the process that has ended was a closer. */
  ended(pid: number): boolean {
    if (this.#closing?.closer.pid !== pid) return false
    this.#forget(this.#closing.grant)
    this.#closing = undefined
    this.#closeNext()
    return true
  }

  #closeNext(): void {
    let next = this.#waiting.shift()
    while (next && this.#isEmpty(next.grant)) {
      this.#forget(next.grant)
      next = this.#waiting.shift()
    }
    if (next) this.#startCloser(next.grant, next.others)
    else this.#whenAllClosed?.()
  }

  #startCloser(grant: Grant, others: number | undefined): void {
    const closer = this.#workers.start('closer', { ...grant, others })
    const closing = { grant, closer }
    this.#closing = closing
    this.#workers.limit('closer', closer, DEADLINE_MS, () => this.#closing !== closing)
  }

  /** Asks for the size of the file, not for what is in it. */
  #isEmpty({ tokens, leases }: Grant): boolean {
    const hasLeases = leases.some(({ id, atEnd }) => id !== undefined && atEnd === undefined)
    return !hasLeases && this.#libc.call(systemCalls().lseek, tokens, 0, SEEK_END) === 0
  }

  #forget({ tokens }: Grant): void {
    this.#libc.call(systemCalls().close, tokens)
  }
}
