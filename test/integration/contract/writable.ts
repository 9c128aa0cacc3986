/** A store as the contract suite of writers sees it. */
import type { Secret } from '../../../src/core/secret.ts'
import type { CreateWriter, ProviderContext, SecretId, Writer } from '../../../src/core/types.ts'
import type { Network, Store } from './store.ts'

export interface WriterAbilities {
  /** Values that the store does not take, by their name in VALUES: BAD_VALUE, and nothing is written. */
  readonly refuses: readonly string[]
  readonly names: readonly string[]
  /** Every write is a version, told by `history` and read by `?version=`; else `history` is BAD_USAGE. */
  readonly versions: boolean
  readonly timesVersions?: 'in seconds' // so that of older ones of the same second none is known to be the newer
  /** `ifVersion`: any version, only '' for a secret that is new, or none at all; BAD_USAGE for what it can't. */
  readonly checks: 'any' | 'new' | 'none'
  /** What is left of a deleted secret: it is recovered with its versions, or nothing. */
  readonly deletes: 'for a while' | 'for good'
  /** A write to the name of a deleted secret: a new version, or CONFLICT until it is recovered or destroyed. */
  readonly afterDelete: 'written' | 'conflict'
  readonly listsDeleted: boolean
  readonly prefix: 'tree' | 'flat' // a list has all levels below a path, or there is one level only
  readonly forbids: boolean // `forbidden` is there
  readonly network: boolean // `network` is there
}

export interface WritableStore extends Store {
  readonly createWriter: CreateWriter
  /** Of someone who may do everything. */
  readonly writerContext: ProviderContext
  /** A text as the store keeps it: itself, or one field of a map. */
  secretOf(text: string): Secret
  /** A path that ends in `/`, and the name of a secret below it: `id(nameBelow('top', 'a'))` is in `list(prefix('top'))`. */
  prefix(top: string): SecretId
  nameBelow(top: string, name: string): string
  /** Of someone whose credentials are good, and who may do nothing. */
  forbiddenContext?(): Promise<ProviderContext>
  /** As the store's `network`, for someone who may do everything. */
  readonly writerNetwork?: Pick<Network, 'address' | 'at' | 'throttled'>
}

export function openWriter(store: WritableStore, context = store.writerContext): Writer {
  return store.createWriter(store.options, context)
}

export function pin(id: SecretId, version: string): SecretId {
  return { ...id, version, uri: `${id.uri}?version=${version}` }
}
