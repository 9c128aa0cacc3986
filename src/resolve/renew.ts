import type { ProviderContext, SecretId } from '../core/types.ts'
import { Providers } from './open.ts'

export interface Renewal {
  readonly id: SecretId // what was read
  readonly lease: string
}

/** Asks each store to let a lease live on. @returns lease → seconds from now; one that was refused is absent. */
export async function renewLeases(
  renewals: readonly Renewal[],
  context: ProviderContext,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const providers = new Providers(context)
  const renewed = new Map<string, number>()
  const renewOne = async ({ id, lease }: Renewal) => {
    const provider = await providers.open(id)
    const seconds = await provider.renew?.(lease, signal)
    if (seconds) renewed.set(lease, seconds)
  }
  // What a store says against it shows in the lease that ends: then the secret is read anew.
  await Promise.allSettled(renewals.map(renewOne))
  await providers.close()
  return renewed
}
