/**
 * Which mount a path belongs to, and whether it is a KV store with versions: asked once a mount.
 * Source: `vault kv get`, which asks `sys/internal/ui/mounts/PATH` first.
 */
import { isJsonObject } from '../../core/json.ts'
import type { VaultAnswer } from './client.ts'

export interface Mount {
  readonly path: string // team/kv/
  readonly versioned: boolean // KV version 2: the API path has data/ after the mount
  readonly isKv: boolean // of either version: what can be written as secrets
}

/** Asks the server for the mount of a path. Undefined where this token may see nothing of it. */
export type AskMount = (path: string, signal: AbortSignal) => Promise<Mount | undefined>

// Always there, never KV version 2, and nothing else can be mounted under these names.
const BUILT_IN = ['sys/', 'auth/', 'identity/', 'cubbyhole/']

export class Mounts {
  readonly #ask: AskMount
  readonly #known: Mount[] = BUILT_IN.map(path => ({ path, versioned: false, isKv: false }))
  readonly #asked = new Map<string, Promise<Mount | undefined>>()

  constructor(ask: AskMount) {
    this.#ask = ask
  }

  /** Whether `find` has its answer without a request. */
  knows(path: string): boolean {
    return this.#knownOf(path) !== undefined
  }

  /**
   * Paths of one mount share the request although nobody knows yet how long the mount's path is: of all
   * paths with the same first segment one asks while the others wait, then look whether the answer is
   * theirs.
   */
  async find(path: string, signal: AbortSignal): Promise<Mount | undefined> {
    const first = firstSegment(path)
    for (;;) {
      const known = this.#knownOf(path)
      if (known) return known
      const asked = this.#asked.get(first)
      if (!asked) return this.#askFor(first, path, signal)
      // A refusal is about the other path's mount: ask for this one, and don't queue for it.
      if (!(await asked)) return this.#learn(path, signal)
    }
  }

  #knownOf(path: string): Mount | undefined {
    const asFolder = `${path}/`
    for (const mount of this.#known) if (asFolder.startsWith(mount.path)) return mount
    return undefined
  }

  async #askFor(first: string, path: string, signal: AbortSignal): Promise<Mount | undefined> {
    const asked = this.#learn(path, signal)
    this.#asked.set(first, asked)
    try {
      return await asked
    } finally {
      this.#asked.delete(first) // before those who wait go on: they began to wait later
    }
  }

  async #learn(path: string, signal: AbortSignal): Promise<Mount | undefined> {
    const mount = await this.#ask(path, signal)
    if (mount) this.#known.unshift(mount)
    return mount
  }
}

/** @returns undefined where the answer is not one about mounts. */
export function readMount({ status, body }: VaultAnswer, path: string): Mount | undefined {
  // Servers from before 2018 lack the endpoint, and KV version 2 with it.
  if (status === 404) return { path: firstSegment(path), versioned: false, isKv: true }
  const { data } = body
  if (!isJsonObject(data) || typeof data.path !== 'string') return undefined
  const versioned = data.type === 'kv' && isJsonObject(data.options) && data.options.version === '2'
  const isKv = data.type === 'kv' || data.type === 'generic' // version 1 by its old name
  return { path: asAsked(data.path, path), versioned, isKv }
}

/** The answer may name namespaces in front that the request's header named already. */
function asAsked(mount: string, path: string): string {
  const segments = mount.split('/')
  const candidates = segments.map((_, start) => segments.slice(start).join('/'))
  const matching = candidates.find(candidate => candidate !== '' && `${path}/`.startsWith(candidate))
  return matching ?? firstSegment(path)
}

function firstSegment(path: string): string {
  return `${path.split('/', 1)[0]}/`
}
