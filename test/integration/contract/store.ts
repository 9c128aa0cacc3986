/** A store as the contract suite sees it, and how the suite reads from it. */
import { inspect } from 'node:util'
import { expect } from '@jest/globals'
import { SecwrapError } from '../../../src/core/errors.ts'
import type { Secret } from '../../../src/core/secret.ts'
import type { CreateProvider, Provider, ProviderContext, SecretId } from '../../../src/core/types.ts'
import { findLeaks } from '../../helpers/leaks.ts'

export interface Abilities {
  /** Values that the store refuses, by their name in VALUES: for each, `put` must reject. */
  readonly refuses: readonly string[]
  /** Names of secrets that are worth a try: nested, with dots, blanks, percent signs … */
  readonly names: readonly string[]
  readonly versions: boolean // `versioned` is there
  readonly prefix: 'tree' | 'flat' | 'none' // readPrefix: all below, or one level, or there is none
  readonly forbids: boolean // `forbidden` is there
  readonly network: boolean // `network` is there
}

export interface Store {
  readonly createProvider: CreateProvider
  readonly options: Readonly<Record<string, string>>
  readonly context: ProviderContext // of a reader who may read everything that `put` wrote
  /** An id below a prefix that only this start of the store uses. Nothing is written. */
  id(name: string): SecretId
  /** Stores a text, also over an older one. */
  put(name: string, text: string): Promise<SecretId>
  /** The text that was put, taken out of what the provider read: itself, or one field of a map. */
  textOf(secret: Secret): string
  /** Reads the id with the vendor's own client. */
  readElsewhere(id: SecretId): Promise<string>
  /** Stores texts one after the other; ids that are pinned to each, and ids for labels if the store has them. */
  versioned?(name: string, texts: readonly string[]): Promise<readonly Pinned[]>
  /** An id of a version that never was, of a secret that exists. */
  missingVersion?(name: string): Promise<SecretId>
  /** A secret, and the context of a reader who may not read it. */
  forbidden?(name: string, text: string): Promise<{ id: SecretId; context: ProviderContext }>
  readonly network?: Network
  /** Tokens and keys in use, which no message may hold. */
  readonly credentials: readonly string[]
  stop(): Promise<void>
}

export interface Pinned {
  readonly id: SecretId
  readonly text: string
}

export interface Network {
  readonly address: string // the real server, over plain HTTP
  /** The context of the same reader, for a store at `address`, trusting `caFile` if given. */
  at(address: string, caFile?: string): ProviderContext
  /** A reader whose credentials were good and are not any more. */
  expired(): Promise<ProviderContext>
  /** How the store asks for patience; contract adds `Retry-After: 7`. */
  readonly throttled: { readonly status: number; readonly body: string }
  /** Most requests that reading so many ids takes, first use of the provider included. */
  requestsFor(count: number): number
}

/** For reads that must succeed, on a machine that is busy. */
export const DEADLINE_MS = 20_000

export function open(store: Store, context = store.context): Provider {
  return store.createProvider(store.options, context)
}

export function deadline(): AbortSignal {
  return AbortSignal.timeout(DEADLINE_MS)
}

/** Reads, and throws an error that is about one id alone as well. */
export async function readAll(provider: Provider, ids: readonly SecretId[], signal = deadline()) {
  const found = await provider.read(ids, signal)
  for (const result of found.values()) if (result instanceof SecwrapError) throw result
  return found
}

export async function readOne(
  store: Store,
  id: SecretId,
  context = store.context,
): Promise<string | undefined> {
  const provider = open(store, context)
  try {
    return textOf(store, (await provider.read([id], deadline())).get(id))
  } finally {
    await provider.close?.()
  }
}

export async function putMany(store: Store, prefix: string, count: number): Promise<SecretId[]> {
  const names = Array.from({ length: count }, (_, index) => `${prefix}-${index}`)
  return Promise.all(names.map(name => store.put(name, `value of ${store.id(name).uri}`)))
}

export function required<T>(ability: T | undefined): T {
  if (ability === undefined) throw new Error('declared in abilities, but not there')
  return ability
}

/** An error that is about this id alone is thrown here, whether it is one of many or not. */
export function textOf(store: Store, found: Secret | SecwrapError | undefined): string | undefined {
  if (found instanceof SecwrapError) throw found
  return found && store.textOf(found)
}

export function isMissing(found: Secret | SecwrapError | undefined): boolean {
  return found === undefined || (found instanceof SecwrapError && found.code === 'NOT_FOUND')
}

/**
 * The SecwrapError that `read` ends with; fails if it succeeds, throws something else, or shows one of the
 * planted texts anywhere in the error.
 */
export async function failureOf(
  read: () => Promise<unknown>,
  planted: readonly string[],
): Promise<SecwrapError> {
  const error = await read().then(
    () => new Error('the read succeeded'),
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(SecwrapError)
  const failure = error as SecwrapError
  const { message, stack, details, cause } = failure
  const shown = [
    message,
    stack,
    JSON.stringify(details),
    inspect(failure, { depth: 9, showHidden: true }),
    inspect(cause),
  ]
  expect(findLeaks(planted, shown.join('\n'))).toEqual([])
  return failure
}
