import { SecwrapError } from '../core/errors.ts'
import type { ProviderContext, SecretId, Writer } from '../core/types.ts'
import { WRITERS } from '../providers/index.ts'
import { missingPackage } from './open.ts'
import { storeKey } from './plan.ts'

/** Scheme and options → writer: loaded once, made once a store, closed together. */
export class Writers {
  readonly #context: ProviderContext
  readonly #opened = new Map<string, Promise<Writer>>()

  constructor(context: ProviderContext) {
    this.#context = context
  }

  /** @throws SecwrapError BAD_USAGE where the store can only be read, BAD_CONFIG where its package is missing. */
  open(id: SecretId): Promise<Writer> {
    const key = storeKey(id)
    const writer = this.#opened.get(key) ?? this.#create(id)
    this.#opened.set(key, writer)
    return writer
  }

  async #create({ scheme, options, uri }: SecretId): Promise<Writer> {
    const load = WRITERS[scheme]
    if (!load) throw readOnly(scheme, uri)
    try {
      const { createWriter } = await load()
      return createWriter(options, this.#context)
    } catch (error) {
      throw missingPackage(error) ?? error
    }
  }

  async close(): Promise<void> {
    const opened = await Promise.allSettled(this.#opened.values())
    await Promise.all(opened.map(result => result.status === 'fulfilled' && result.value.close?.()))
  }
}

function readOnly(scheme: string, uri: string): SecwrapError {
  const schemes = Object.keys(WRITERS).map(each => `${each}://`)
  return new SecwrapError('BAD_USAGE', `${uri}: secwrap only reads ${scheme}://`, {
    ref: uri,
    hint: `it writes ${schemes.join(', ')}`,
  })
}
