/** Leases of what the command has: when to renew, and which will end for good. Times in milliseconds. */

export interface Lease {
  readonly name: string // vault://database/creds/app
  readonly id?: string | undefined // none: there is nothing to renew
  readonly seconds: number
  readonly renewable: boolean
  /** What its end means, where another start would not help: a word to the user, or nothing. */
  readonly atEnd?: 'warn' | 'nothing' | undefined
}

/** Of a line that has more in it, the lease alone. */
export function leaseIn({ name, id, seconds, renewable, atEnd }: Lease): Lease {
  return { name, id, seconds, renewable, atEnd }
}

export interface HeldLease extends Lease {
  readonly endsAt: number
}

/** Of a lease's life, what is left when it is renewed, or read anew. */
const LEFT = 1 / 3

export function holdLeases(leases: readonly Lease[], now: number): readonly HeldLease[] {
  return leases.map(lease => ({ ...lease, endsAt: now + lease.seconds * 1_000 }))
}

/** @param renewed - lease id → seconds that it lives from now on. */
export function extendLeases(
  held: readonly HeldLease[],
  renewed: ReadonlyMap<string, number>,
  now: number,
): readonly HeldLease[] {
  return held.map(lease => {
    const seconds = lease.id === undefined ? undefined : renewed.get(lease.id)
    return seconds === undefined ? lease : { ...lease, endsAt: now + seconds * 1_000 }
  })
}

/** Near the end of its longest life a store renews a lease for less and less: then it counts as ending, too. */
export function isEnding(lease: HeldLease, now: number): boolean {
  return lease.endsAt - now <= lease.seconds * 1_000 * LEFT
}

/** Until the first of them has only a third of its life left; Infinity where there is none. */
export function untilDue(held: readonly HeldLease[], now: number): number {
  const times = held.map(({ endsAt, seconds }) => endsAt - seconds * 1_000 * LEFT - now)
  return Math.max(0, Math.min(Number.POSITIVE_INFINITY, ...times))
}
