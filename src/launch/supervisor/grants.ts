/**
 * What the stores gave for one run of the command: tokens of our own log-ins, in a memory file that nobody reads here,
 * and leases. A closer revokes it all when that run is over.
 */
import { type Libc, systemCalls } from '../../core/libc.ts'
import type { Lease } from '../leases.ts'
import { createMemoryFile, isEmptyMemoryFile } from '../memory-file.ts'
import { CLOSE_MS, type Workers } from './workers.ts'

export interface Grant {
  readonly tokens: number // descriptor
  leases: readonly Lease[]
}

interface Waiting {
  readonly grant: Grant
  readonly others: number | undefined
}

export class Grants {
  readonly #libc: Libc
  readonly #workers: Workers
  readonly #waiting: Waiting[] = []
  #closing: Grant | undefined
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
    if (this.#closing) setTimeout(done, CLOSE_MS)
    else done()
  }

  /** @returns whether the process that has ended was a closer. */
  ended(pid: number): boolean {
    if (!this.#closing || this.#workers.closer.pid !== pid) return false
    this.#workers.closer.release()
    this.#forget(this.#closing)
    this.#closing = undefined
    this.#closeNext()
    return true
  }

  #closeNext(): void {
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      if (this.#startCloser(next)) return
      this.#forget(next.grant)
    }
    this.#whenAllClosed?.()
  }

  /** @returns whether there is something to be revoked, and somebody to do it. */
  #startCloser({ grant, others }: Waiting): boolean {
    if (this.#isEmpty(grant) || !this.#workers.start('closer', { ...grant, others })) return false
    this.#closing = grant
    return true
  }

  #isEmpty({ tokens, leases }: Grant): boolean {
    const hasLeases = leases.some(({ id, atEnd }) => id !== undefined && atEnd === undefined)
    return !hasLeases && isEmptyMemoryFile(this.#libc, tokens)
  }

  #forget({ tokens }: Grant): void {
    this.#libc.call(systemCalls().close, tokens)
  }
}
