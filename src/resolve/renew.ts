/** Leases and tokens of what was read: to let them live on, or to end them. */
import { asSecwrapError, type SecwrapError } from '../core/errors.ts'
import type { Provider, ProviderContext, Store } from '../core/types.ts'
import { Providers } from './open.ts'

/** A lease of one store, or the token under which it is read. */
export interface Held {
  readonly store: Store
  readonly lease: string | undefined // undefined: the token
}

/**
 * Asks each store to let a lease or a token live on.
 *
 * @param onAway - told where a store did not answer, so that the lease may well live on later.
 * @returns seconds from now; what was refused is absent.
 */
export async function renewLeases<T extends Held>(
  held: readonly T[],
  context: ProviderContext,
  signal: AbortSignal,
  onAway: (problem: SecwrapError) => void = () => {},
): Promise<ReadonlyMap<T, number>> {
  const renewed = new Map<T, number>()
  // What a store says against it shows in the lease that ends: then the secret is read anew.
  const problems = await forEach(held, context, async (provider, one) => {
    const { lease } = one
    const seconds = await (lease === undefined
      ? provider.renewToken?.(signal)
      : provider.renew?.(lease, signal))
    if (seconds) renewed.set(one, seconds)
  })
  problems.filter(({ code }) => AWAY.includes(code)).forEach(onAway)
  return renewed
}

const AWAY: readonly string[] = ['UNAVAILABLE', 'TIMED_OUT']

/** Ends what was given for one run. @returns what went wrong. */
export async function revokeLeases(
  held: readonly Held[],
  context: ProviderContext,
  signal: AbortSignal,
): Promise<readonly SecwrapError[]> {
  return forEach(held, context, async (provider, { lease }) => {
    await (lease === undefined ? provider.revokeToken?.(signal) : provider.revoke?.(lease, signal))
  })
}

async function forEach<T extends Held>(
  held: readonly T[],
  context: ProviderContext,
  act: (provider: Provider, one: T) => Promise<void>,
): Promise<readonly SecwrapError[]> {
  const providers = new Providers(context)
  const tried = held.map(async one => act(await providers.open(one.store), one))
  const outcomes = await Promise.allSettled(tried)
  await providers.close()
  return outcomes.flatMap(each => (each.status === 'rejected' ? [asSecwrapError(each.reason)] : []))
}
