/** Every secret below a path of a KV mount, for wildcards. */
import { asSecwrapError } from '../../core/errors.ts'
import type { Secret } from '../../core/secret.ts'
import type { SecretId } from '../../core/types.ts'
import { createMounts } from './ask-mounts.ts'
import { Kv } from './kv.ts'
import { listSecrets } from './list.ts'
import type { Session } from './session.ts'

/** Undefined where there is no such secret. */
type Read = (id: SecretId, signal: AbortSignal) => Promise<Secret | undefined>

/** Requests under way at most. */
const LANES = 64

export class Folders {
  readonly #kv: Kv
  readonly #read: Read
  /** What was read before a failure: the next attempt asks for the rest. */
  readonly #found = new Map<string, Secret>()

  constructor(session: Session, namespace: string | undefined, read: Read) {
    this.#kv = new Kv(session, createMounts(session, namespace), namespace)
    this.#read = read
  }

  /** By the names relative to the path. A deleted secret is still listed, and left out. */
  async read(
    prefix: SecretId,
    signal: AbortSignal,
    onRead?: (count: number) => void,
  ): Promise<ReadonlyMap<string, Secret>> {
    const ids: SecretId[] = []
    for await (const { id } of listSecrets(this.#kv, prefix, signal)) ids.push(id)
    const waiting = ids.filter(({ uri }) => !this.#found.has(uri)).values()
    const work = async () => {
      for (const id of waiting) {
        await this.#readInto(id, signal)
        onRead?.(1)
      }
    }
    await Promise.all(Array.from({ length: LANES }, work))
    const pairs = ids.map(({ path, uri }) => [path.slice(prefix.path.length), this.#found.get(uri)] as const)
    return new Map(pairs.filter((pair): pair is readonly [string, Secret] => pair[1] !== undefined))
  }

  async #readInto(id: SecretId, signal: AbortSignal): Promise<void> {
    try {
      const secret = await this.#read(id, signal)
      if (secret) this.#found.set(id.uri, secret)
    } catch (error) {
      if (asSecwrapError(error).code !== 'NOT_FOUND') throw error
    }
  }
}
