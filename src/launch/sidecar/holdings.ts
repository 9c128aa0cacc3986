/** What the files are made of, as the last look that worked has found it. Times in milliseconds, on any clock. */
import type { Lease } from '../leases.ts'
import { type HeldLease, holdLeases, isEnding, untilDue } from '../leases.ts'
import type { Marks } from '../marks.ts'
import type { Ask, Found } from './report.ts'

const PAUSE_MS = 500
/** Of what is left of the life of a certificate that a store keeps, when to look for the next one. */
const SOON = 1 / 3

export class Holdings {
  marks: Marks = new Map()
  files: Marks = new Map()
  written: Marks = new Map() // by any look: also of sources that are there no more
  schemes: readonly string[] = []
  #leases: readonly HeldLease[] = []
  #tokens: readonly HeldLease[] = []
  #certificates: ReadonlyMap<string, number> = new Map() // that a store keeps: name → when it ends

  take(found: Found, now: number): void {
    this.extend(found, now)
    this.#leases = replace(this.#leases, found.leases, found, now)
    this.#tokens = replace(this.#tokens, found.tokens, found, now)
    this.#certificates = new Map([...found.lives].map(([name, life]) => [name, now + life * 1_000]))
    this.marks = found.marks
    this.files = new Map(found.files.map(({ path, mark }) => [path, mark]))
    this.written = new Map([...this.written, ...this.files])
    this.schemes = found.schemes
  }

  /** Leases that were renewed live on, whatever else came of the look. */
  extend({ held }: Found, now: number): void {
    const extend = (lease: HeldLease) => {
      const life = held.get(lease.name)
      return life === undefined ? lease : { ...lease, endsAt: now + life * 1_000 }
    }
    this.#leases = this.#leases.map(extend)
    this.#tokens = this.#tokens.map(extend)
  }

  ask(isFirst: boolean, now: number): Ask {
    const { marks, files, schemes } = this
    const leases = this.#leases.flatMap(lease => askOf(lease, now))
    const tokens = this.#tokens.map(token => ({ ...token, renewable: isEnding(token, now) }))
    return { isFirst, marks, files, schemes, leases, tokens }
  }

  /** Until something has to be looked at again; Infinity where nothing ends. */
  dueMs(now: number): number {
    const soon = [...this.#certificates.values()].map(end => (end - now) * SOON)
    return Math.max(PAUSE_MS, Math.min(untilDue([...this.#leases, ...this.#tokens], now), ...soon))
  }

  get leases(): readonly Lease[] {
    return this.#leases
  }

  /** Name → when it ends. Tokens are not in the files. */
  ends(): ReadonlyMap<string, number> {
    return new Map([
      ...this.#certificates,
      ...this.#leases.map(({ name, endsAt }) => [name, endsAt] as const),
    ])
  }
}

/** @returns what goes on, and what is new. */
function replace(
  old: readonly HeldLease[],
  leases: readonly Lease[],
  { held }: Found,
  now: number,
): readonly HeldLease[] {
  const isNew = new Set(leases.map(({ name }) => name))
  return [...old.filter(({ name }) => held.has(name) && !isNew.has(name)), ...holdLeases(leases, now)]
}

/** One that ends and can't be renewed is not mentioned, and so it is read anew. */
function askOf(held: HeldLease, now: number): readonly Lease[] {
  const { endsAt: _, ...lease } = held
  if (!isEnding(held, now)) return [{ ...lease, renewable: false }]
  return lease.renewable ? [lease] : []
}
