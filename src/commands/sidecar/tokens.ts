import type { Libc } from '../../core/libc.ts'
import type { Store, TokenKeeper, TokenLife } from '../../core/types.ts'
import type { Lease } from '../../launch/leases.ts'
import { asLease, KeptTokens, tokenId } from '../watch/tokens.ts'

/** Tokens that all looks share. */
export interface LookTokens extends TokenKeeper {
  readonly dropped: readonly string[]
  /** What was told of their lives, as leases with names of their own. */
  readonly lives: readonly Lease[]
}

/** @param isNews - how long a token lives is not known yet: it is asked. */
export function openTokens(libc: Libc, file: number, isNews: boolean): LookTokens {
  return isNews
    ? new ToldTokens(libc, file, -1)
    : Object.assign(new KeptTokens(libc, file, -1), { lives: [] })
}

class ToldTokens extends KeptTokens {
  readonly #lives = new Map<string, Lease>()
  readonly tell = (store: Store, life: TokenLife) => {
    const { address = '', namespace = '' } = store.options
    const lease = asLease(store, life)
    this.#lives.set(tokenId(store), {
      ...lease,
      name: `${lease.name} (${address}${namespace && ` ${namespace}`})`,
    })
  }

  get lives(): readonly Lease[] {
    return [...this.#lives.values()]
  }
}
