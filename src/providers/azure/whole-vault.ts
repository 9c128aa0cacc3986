/** Every secret of a vault, for wildcards. */
import type { Secret } from '../../core/secret.ts'
import type { VaultClient } from './client.ts'
import { listNames, readSecret, type Warn } from './secrets.ts'

/** Requests under way at most. */
const MOST = 32

export class WholeVault {
  readonly #client: VaultClient
  readonly #warn: Warn
  /** What was read before a failure: the next attempt asks for the rest. */
  readonly #found = new Map<string, Secret>()

  constructor(client: VaultClient, warn: Warn) {
    this.#client = client
    this.#warn = warn
  }

  /** @param uri - of the wildcard: azurekv://my-vault/ */
  async read(
    uri: string,
    signal: AbortSignal,
    onRead?: (count: number) => void,
  ): Promise<ReadonlyMap<string, Secret>> {
    const listed = new Set<string>()
    await forEach(listNames(this.#client, uri, signal), async name => {
      listed.add(name)
      if (!this.#found.has(name)) await this.#readInto(name, uri, signal)
      onRead?.(1)
    })
    return new Map([...this.#found].filter(([name]) => listed.has(name)))
  }

  async #readInto(name: string, uri: string, signal: AbortSignal): Promise<void> {
    const place = { vault: this.#client.place, name, uri: `${uri}${name}` }
    const secret = await readSecret(this.#client, place, this.#warn, signal)
    if (secret) this.#found.set(name, secret)
  }
}

/** Runs a task for each item as it comes, some side by side. @throws what the first failing task throws. */
async function forEach<T>(items: AsyncIterable<T>, run: (item: T) => Promise<void>): Promise<void> {
  const running = new Set<Promise<void>>()
  const failures: unknown[] = []
  for await (const item of items) {
    if (running.size >= MOST) await Promise.race(running)
    if (failures.length > 0) break
    const task = run(item)
      .catch(error => void failures.push(error))
      .finally(() => running.delete(task))
    running.add(task)
  }
  await Promise.all(running)
  if (failures.length > 0) throw failures[0]
}
