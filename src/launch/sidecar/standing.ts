/** How a sidecar stands, for /readyz and /metrics. Times in milliseconds since 1970. */
import type { Step } from './policy.ts'
import type { Found } from './report.ts'

export type Tally = Record<'succeeded' | 'failed', number>

export class Standing {
  readonly looks: Tally = { succeeded: 0, failed: 0 }
  readonly acts: Readonly<Record<Step, Tally>> = {
    run: { succeeded: 0, failed: 0 },
    signal: { succeeded: 0, failed: 0 },
  }
  updates = 0
  requests = 0
  lastSuccess: number | undefined
  /** Name of what was read → since when it is as it is. */
  readonly secrets = new Map<string, number>()
  /** Name of what was read → when it ends. */
  readonly ends = new Map<string, number>()
  isLeaving = false

  readonly #staleMs: number
  readonly #now: () => number
  readonly #steady: () => number
  #succeededAt: number | undefined // on the steady clock, like the next one
  #endsAt = Number.POSITIVE_INFINITY // when the first of all ends

  /** @param steady - milliseconds, never backwards: what is ready does not change when somebody sets the clock. */
  constructor(staleMs: number, now: () => number = Date.now, steady: () => number = () => performance.now()) {
    this.#staleMs = staleMs
    this.#now = now
    this.#steady = steady
  }

  now(): number {
    return this.#now()
  }

  /** @param before - marks of the look before this one. */
  succeed({ marks, since, files, leases, held }: Found, before: ReadonlyMap<string, string>): void {
    const now = this.#now()
    this.looks.succeeded++
    this.lastSuccess = now
    this.#succeededAt = this.#steady()
    this.updates += files.filter(({ change }) => change !== 'same').length
    for (const name of this.secrets.keys()) {
      if (!marks.has(name) && !held.has(name)) this.secrets.delete(name)
    }
    for (const { name } of leases) this.secrets.set(name, now)
    for (const [name, mark] of marks) {
      const told = since.get(name)
      if (told !== undefined) this.secrets.set(name, told)
      else if (before.get(name) !== mark || !this.secrets.has(name)) this.secrets.set(name, now)
    }
  }

  /** @param ends - name → when it ends, on the clock of `now`. */
  hold(ends: ReadonlyMap<string, number>, now: number): void {
    this.ends.clear()
    for (const [name, end] of ends) this.ends.set(name, this.#now() + end - now)
    this.#endsAt = this.#steady() + Math.min(...ends.values()) - now
  }

  /** All files are written, nothing in them has run out, and the last look that worked is not too long ago. */
  isReady(): boolean {
    if (this.#succeededAt === undefined || this.isLeaving) return false
    const now = this.#steady()
    return now - this.#succeededAt <= this.#staleMs && now < this.#endsAt
  }
}
