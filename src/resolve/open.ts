import { SecwrapError } from '../core/errors.ts'
import type { Provider, ProviderContext, SecretId } from '../core/types.ts'
import { PROVIDERS } from '../providers/index.ts'
import { storeKey } from './plan.ts'

/** Scheme and options → provider: loaded once, made once a store, closed together. */
export class Providers {
  readonly #context: ProviderContext
  readonly #opened = new Map<string, Promise<Provider>>()

  constructor(context: ProviderContext) {
    this.#context = context
  }

  /** @throws SecwrapError BAD_CONFIG where the store's package or settings are missing. */
  open(store: Pick<SecretId, 'scheme' | 'options'>): Promise<Provider> {
    const key = storeKey(store)
    const provider = this.#opened.get(key) ?? this.#create(store)
    this.#opened.set(key, provider)
    return provider
  }

  async #create({ scheme, options }: Pick<SecretId, 'scheme' | 'options'>): Promise<Provider> {
    const load = PROVIDERS[scheme]
    if (!load)
      throw new SecwrapError('BAD_CONFIG', `this version of secwrap can't read ${scheme}:// references`)
    try {
      const { createProvider } = await load()
      return createProvider(options, this.#context)
    } catch (error) {
      throw missingPackage(error) ?? error
    }
  }

  /** Lets each provider end what it began. The providers' own `close` keeps to the deadline and never throws. */
  async close(): Promise<void> {
    const opened = await Promise.allSettled(this.#opened.values())
    await Promise.all(opened.map(result => result.status === 'fulfilled' && result.value.close?.()))
  }
}

// Node: code ERR_MODULE_NOT_FOUND, "Cannot find package 'x' imported from …".
export function missingPackage(error: unknown): SecwrapError | undefined {
  const { code, message } = error as { code?: unknown; message?: unknown }
  if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') return undefined
  const name = /package '((?:@[\w.-]+\/)?[\w.-]+)'/.exec(String(message))?.[1]
  return new SecwrapError('BAD_CONFIG', `the package ${name ?? 'of this store'} is not installed`, {
    ...(name !== undefined && { hint: `npm install ${name}` }),
  })
}
