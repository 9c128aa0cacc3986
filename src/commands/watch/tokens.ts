/**
 * Tokens that outlive the process which logged in, in a memory file for each run of the command. The supervisor
 * holds the files and never reads them.
 */
import { type Libc, systemCalls } from '../../core/libc.ts'
import { writeAll } from '../../core/log.ts'
import type { KeptToken, Store, TokenKeeper, TokenLife } from '../../core/types.ts'
import type { Lease } from '../../launch/leases.ts'
import { readMemoryFile } from '../../launch/memory-file.ts'

type Tokens = Readonly<Record<string, KeptToken>> // by the store's id

export class KeptTokens implements TokenKeeper {
  readonly #libc: Libc
  readonly #file: number
  readonly #others: Tokens
  readonly #dropped = new Set<string>()

  /** @param others - file of the run before this one, or after it; -1: there is none. */
  constructor(libc: Libc, file: number, others: number) {
    this.#libc = libc
    this.#file = file
    this.#others = others < 0 ? {} : readTokens(libc, others)
  }

  /** One that another run has, too, is not this one's to end. */
  find(store: Store): KeptToken | undefined {
    const id = tokenId(store)
    const [own, other] = [this.#read()[id], this.#others[id]]
    if (own) return own.value === other?.value ? { ...own, isOurs: false } : own
    if (!other?.isOnly) return undefined
    this.keep(store, other)
    return other
  }

  keep(store: Store, { value, source, isOurs, isOnly = false }: KeptToken): void {
    this.#write({ ...this.#read(), [tokenId(store)]: { value, source, isOurs, isOnly } })
  }

  drop(store: Store): void {
    const id = tokenId(store)
    const { [id]: dead, ...others } = this.#read()
    if (!dead) return
    this.#dropped.add(id)
    this.#write(others)
  }

  /** Ids of those that were dropped by this process. */
  get dropped(): readonly string[] {
    return [...this.#dropped]
  }

  get stores(): readonly Store[] {
    return Object.keys(this.#read()).flatMap(id => storeOf(id) ?? [])
  }

  #read(): Tokens {
    return readTokens(this.#libc, this.#file)
  }

  /** Nobody else writes: a poller begins after its resolver has become the command, and after the one before it. */
  #write(tokens: Tokens): void {
    this.#libc.call(systemCalls().ftruncate, this.#file, 0)
    writeAll(this.#file, JSON.stringify(tokens))
  }
}

function readTokens(libc: Libc, file: number): Tokens {
  const text = new TextDecoder().decode(readMemoryFile(libc, file))
  try {
    return text === '' ? {} : (JSON.parse(text) as Tokens)
  } catch {
    return {} // whoever wrote it was killed meanwhile
  }
}

const TOKEN = 'token '

/** Names the token of a store where leases are named. */
export function tokenId({ scheme, options }: Store): string {
  return `${TOKEN}${JSON.stringify({ scheme, options })}`
}

/** Undefined where the id is a lease's. */
export function storeOf(id: string): Store | undefined {
  return id.startsWith(TOKEN) ? (JSON.parse(id.slice(TOKEN.length)) as Store) : undefined
}

/** A token as a lease: what its end means depends on whether there can be another one, and what ends with it. */
export function asLease(store: Store, life: TokenLife): Lease {
  const { source, seconds, renewable, isReplaceable, hasLeases } = life
  const lease = { name: source, id: tokenId(store), seconds, renewable }
  if (isReplaceable && hasLeases) return lease
  return { ...lease, atEnd: isReplaceable ? 'nothing' : 'warn' }
}
