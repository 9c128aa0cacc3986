import { Backoff, type BackoffTimes } from '../backoff.ts'
import type { Lease } from '../leases.ts'
import type { Action, Found } from './events.ts'

const SIGKILL = 9

/** What a resolver has read for a run of the command. */
export interface ReadRun extends Found {
  readonly leases: readonly Lease[]
  readonly since: number
}

/** The run of the command that comes next: a resolver reads all that it needs while the present one goes on. */
export class NextRun {
  readonly #now: () => number
  readonly #backoff: Backoff
  #state: 'reading' | ReadRun | 'dropped' | undefined // undefined: no resolver is under way

  constructor(retry: BackoffTimes, now: () => number) {
    this.#now = now
    this.#backoff = new Backoff(retry)
  }

  get isUnderWay(): boolean {
    return this.#state !== undefined
  }

  /** Unless that is done already. */
  read(): readonly Action[] {
    if (this.#state) return []
    this.#state = 'reading'
    return [{ type: 'cancel', name: 'again' }, { type: 'resolve' }]
  }

  /** All was read. @returns whether it is still wanted. */
  hold({ marks, lives }: Found, leases: readonly Lease[]): boolean {
    if (this.#state !== 'reading') return false
    this.#state = { marks, lives, leases, since: this.#now() }
    this.#backoff.reset()
    return true
  }

  /** The resolver becomes the command. Undefined where not all was read yet. */
  take(): ReadRun | undefined {
    if (typeof this.#state !== 'object') return undefined
    const run = this.#state
    this.#state = undefined
    return run
  }

  drop(): readonly Action[] {
    if (!this.#state) return []
    this.#state = 'dropped'
    return [{ type: 'kill', whom: 'resolver', signal: SIGKILL }]
  }

  /** The resolver has ended too soon. @returns milliseconds until the next try; undefined where it was dropped. */
  fail(): number | undefined {
    const wasDropped = this.#state === 'dropped'
    this.#state = undefined
    return wasDropped ? undefined : this.#backoff.next()
  }
}
