import type { ProviderContext } from '../core/types.ts'
import { Providers } from '../resolve/open.ts'
import type { Patience } from '../resolve/patience.ts'
import { Writers } from '../resolve/writers.ts'

/** What a copy works with: readers and writers, opened when needed, and how long it waits without any progress. */
export class Stores {
  readonly providers: Providers
  readonly writers: Writers
  readonly patience: Patience
  /** Told how many secrets were read or written just now. */
  onProgress: (count: number) => void = () => {}

  constructor(context: ProviderContext, patience: Patience) {
    this.providers = new Providers(context)
    this.writers = new Writers(context)
    this.patience = patience
  }

  get signal(): AbortSignal {
    return this.patience.signal
  }

  progress(count: number): void {
    this.patience.renew()
    this.onProgress(count)
  }

  async close(): Promise<void> {
    await Promise.all([this.providers.close(), this.writers.close()])
  }
}
