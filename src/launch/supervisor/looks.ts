/** Looking whether what the command has is still good: when, how it went, and what it found. */
import type { Lease } from '../leases.ts'
import { extendLeases, type HeldLease, holdLeases, isEnding, untilDue } from '../leases.ts'
import { isSame, listChanges, type Marks } from '../marks.ts'
import { Outage } from '../outage.ts'
import { seconds } from '../words.ts'
import type { Action, Found, Renewed } from './events.ts'
import type { Policy } from './policy.ts'

/** What could not be renewed at its time is tried again, but not without a pause. */
const PAUSE_MS = 500
/** Of what is left of a certificate's life, when to look for the next one. */
const SOON = 1 / 3
const NEVER = Number.POSITIVE_INFINITY

/** What a look came to; `text` where something is to be done about it. */
export interface Looked {
  readonly actions: readonly Action[]
  readonly text?: string
  readonly isUrgent?: boolean
}

export class Looks {
  readonly #policy: Policy
  readonly #now: () => number
  readonly #outage: Outage
  #marks: Marks = new Map()
  #leases: readonly HeldLease[] = []
  #endsAt: readonly number[] = [] // certificates
  #asked: ReadonlySet<string | undefined> = new Set() // leases that the last poll was to renew
  #warned: ReadonlySet<string | undefined> = new Set()

  constructor(policy: Policy, now: () => number) {
    this.#policy = policy
    this.#now = now
    this.#outage = new Outage(policy, now)
  }

  /** A command has started with this. @param since - when it was read. */
  begin({ marks, lives }: Found, leases: readonly Lease[], since: number): Action {
    this.#marks = marks
    this.#leases = holdLeases(leases, since)
    this.#endsAt = lives.map(life => since + life * 1_000)
    this.#warned = new Set()
    return this.#later(this.#policy.intervalMs)
  }

  /** @returns all leases; those to be renewed now are `renewable`. */
  ask(): readonly Lease[] {
    const now = this.#now()
    const leases = this.#leases.map(lease => ({
      ...lease,
      renewable: lease.renewable && isEnding(lease, now),
    }))
    this.#asked = new Set(leases.filter(({ renewable }) => renewable).map(({ id }) => id))
    return leases
  }

  polled({ marks, lives }: Found, renewed: Renewed): Looked {
    this.#endsAt = lives.map(life => this.#now() + life * 1_000)
    const ending = this.#extend(renewed)
    const actions = [...this.#warn(ending), ...this.#back()]
    const lost = ending.filter(({ atEnd }) => atEnd === undefined).map(({ name }) => name)
    const later = this.#later(this.#policy.intervalMs)
    if (lost.length > 0) {
      return { actions: [later, ...actions], text: `leases end: ${lost.join(', ')}`, isUrgent: true }
    }
    if (isSame(marks, this.#marks)) return { actions: [later, ...actions] }
    return { actions: [later, ...actions], text: `changed: ${listChanges(marks, this.#marks)}` }
  }

  unpolled(problem: string, renewed: Renewed): readonly Action[] {
    const warnings = this.#warn(this.#extend(renewed))
    const { retryMs, since } = this.#outage.fail()
    const dueMs = untilDue(this.#leases, this.#now())
    const timer: Action = { type: 'timer', name: 'poll', ms: dueMs > 0 ? Math.min(retryMs, dueMs) : retryMs }
    if (since === undefined) return [timer, ...warnings]
    const text = `${problem}: since ${since} the command runs with what was read before`
    return [timer, ...warnings, { type: 'log', level: 'warn', text }]
  }

  /** What was seen is no news at the next poll. */
  accept(marks: Marks): void {
    this.#marks = marks
    const now = this.#now()
    // Kept, so that no look reads it again: each time the store would make another user or certificate for nobody.
    this.#leases = this.#leases.map(lease => (isEnding(lease, now) ? { ...lease, endsAt: NEVER } : lease))
  }

  /** After this time, or as soon as a lease or a certificate is due. */
  #later(ms: number): Action {
    const now = this.#now()
    const waiting = this.#leases.filter(({ id }) => !this.#warned.has(id))
    const leftMs = this.#endsAt.map(endsAt => endsAt - now).filter(left => left > 0)
    const dueMs = Math.min(untilDue(waiting, now), ...leftMs.map(left => left * SOON))
    return { type: 'timer', name: 'poll', ms: Math.min(ms, Math.max(dueMs, PAUSE_MS)) }
  }

  /** @returns those that are not renewed for long any more. */
  #extend(renewed: Renewed): readonly HeldLease[] {
    const now = this.#now()
    this.#leases = extendLeases(this.#leases, renewed, now)
    const ending = this.#leases.filter(lease => isEnding(lease, now))
    // One that became due while the poller was under way has its turn at the next poll.
    return ending.filter(({ id, renewable, endsAt }) => !renewable || this.#asked.has(id) || endsAt <= now)
  }

  /** Once for each token that will be missed. From then on the interval is not shortened for it. */
  #warn(ending: readonly HeldLease[]): readonly Action[] {
    const now = this.#now()
    const tokens = ending.filter(({ id, atEnd }) => atEnd !== undefined && !this.#warned.has(id))
    this.#warned = new Set(ending.filter(({ atEnd }) => atEnd !== undefined).map(({ id }) => id))
    return tokens
      .filter(({ atEnd }) => atEnd === 'warn')
      .map(({ name, endsAt }) => {
        const left = seconds(Math.max(0, endsAt - now))
        const text = `the token of ${name} ends in ${left} and is not renewed for long any more`
        return { type: 'log', level: 'warn', text }
      })
  }

  #back(): readonly Action[] {
    const lastedMs = this.#outage.end()
    if (lastedMs === undefined) return []
    return [{ type: 'log', level: 'warn', text: `all secrets can be read again, after ${seconds(lastedMs)}` }]
  }
}
