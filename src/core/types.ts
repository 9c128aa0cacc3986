import type { SecwrapError } from './errors.ts'
import type { Secret } from './secret.ts'

/** Where one secret lives. Two ids with the same `uri` are the same secret. */
export interface SecretId {
  readonly uri: string // ssm:///prod/db?version=3: no #key, and none of the options that only shape the result
  readonly scheme: string // ssm: picks the provider
  readonly path: string // /prod/db, percent-decoded
  readonly version?: string // number, stage or label; the newest if absent
  readonly selector?: 'label' | 'stage' // what `version` is, where it is neither number nor id
  readonly options: Readonly<Record<string, string>> // region, profile, …: what picks the store, not the secret
}

export interface Reference {
  readonly raw: string // as the template writes it
  readonly id: SecretId
  readonly key?: readonly string[] // #db.password is ['db', 'password']: a field of a JSON value
  readonly optional: boolean
}

/**
 * A piece of a value that is worked out after the secrets are read.
 * `parts` is what the expression stands for: a reference, or an earlier entry's parts.
 */
export interface Expansion {
  readonly parts: readonly Part[]
  readonly otherwise?: Otherwise
  readonly filters: readonly string[] // names from core/filters.ts, applied to the parts from left to right
}

/** What the second half of `${parts…}` means: POSIX parameter expansion. */
export interface Otherwise {
  readonly operator: ':-' | '-' | ':?' | '?' | ':+' | '+'
  readonly word: readonly Part[] // the default, the other value or the message
}

export type Part = string | Reference | Expansion

/** Where something stands in a template: the `file:line: NAME` of a message. */
export interface Place {
  readonly file: string // as the user named it; <stdin> for standard input
  readonly line: number // from 1; 0 where there are none (the inherited environment, a flag)
  readonly name: string // DATABASE_URL; `*` or `CACHE_*` for a wildcard
}

export interface TemplateEntry extends Place {
  readonly parts: readonly Part[] // text, references and expansions, in order; [] is the empty value
  readonly decorators: Decorators
  /** `*=…` and `PREFIX_*=…`: parts is one reference, and each secret below it becomes a name of its own. */
  readonly wildcard?: { readonly prefix: string }
  /** A bare `NAME`: the inherited value passes through, also with --pristine. */
  readonly inherit?: true
}

export interface Decorators {
  readonly required?: boolean // @required is true, @optional is false
  readonly type?: ValueType
  readonly sensitive?: boolean // @sensitive is true, @public is false
}

/** `@type=…` above an entry. */
export type ValueType =
  | { readonly name: 'enum'; readonly values: readonly string[] }
  | { readonly name: 'matches'; readonly pattern: string }
  | { readonly name: PlainType }

export type PlainType =
  | 'string'
  | 'number'
  | 'integer'
  | 'boolean'
  | 'url'
  | 'email'
  | 'port'
  | 'ip'
  | 'uuid'
  | 'duration'

/** What came of reading templates. `problems` are told together with those of later steps. */
export interface Template {
  readonly entries: readonly TemplateEntry[]
  readonly replaced?: readonly TemplateEntry[] // by a later file, for `check`
  readonly problems: readonly SecwrapError[]
  readonly warnings: readonly string[] // `file:line: NAME: text`, for `check`
}

/** What came of reading references. A reference whose secret does not exist is absent from `secrets`. */
export interface Resolved {
  readonly secrets: ReadonlyMap<Reference, Secret>
  /** Why a secret is absent, where more is known than that it does not exist: deleted, no such field, or one of `problems`. */
  readonly missing: ReadonlyMap<Reference, SecwrapError>
  readonly imports: ReadonlyMap<TemplateEntry, ReadonlyMap<string, Secret>> // wildcards: relative name → secret
  readonly problems: readonly SecwrapError[] // with their places: denied, unreachable, no such field …
}

export type Batch = Readonly<{
  scheme: string
  options: Readonly<Record<string, string>>
  ids: readonly SecretId[]
}>

export type Environment = Readonly<Record<string, string>>

/** The inherited environment as text. Names or values that are not UTF-8 are not in it (launch/ passes them on). */
export type Inherited = Readonly<Record<string, string | undefined>>

/** What a provider may use of its surroundings. */
export interface ProviderContext {
  readonly env: Inherited // for AWS_REGION, VAULT_ADDR and their like
  readonly warn: (text: string) => void
  /** Where processes that read one after the other share what their log-ins gave, for `exec --watch`. */
  readonly tokens?: TokenKeeper
  /** Nobody uses what is read: what a store made for it, a database user for example, ends with the run. */
  readonly isTrial?: boolean
}

/** Tokens by their stores. No process logs in for what is found here. */
export interface TokenKeeper {
  find(store: Store): KeptToken | undefined
  keep(store: Store, token: KeptToken): void
  /** It is dead: whoever asks next has to log in. */
  drop(store: Store): void
  /** Told how long a token lives that was used; absent where nobody wants to know. */
  readonly tell?: (store: Store, life: TokenLife) => void
}

/** What opens a provider: equal ones are one store. */
export type Store = Pick<SecretId, 'scheme' | 'options'>

export interface KeptToken {
  readonly value: string
  readonly source: string // VAULT_TOKEN, the approle log-in: for messages
  readonly isOurs: boolean // secwrap took it for itself, and nobody else has it
  readonly isOnly?: boolean // no log-in gives another one: it was unwrapped
}

export interface TokenLife {
  readonly source: string
  readonly seconds: number // from now on
  readonly renewable: boolean
  readonly isReplaceable: boolean // by another log-in
  readonly hasLeases: boolean // that end with it
}

export interface Provider {
  /** Most ids that one `read` takes. */
  readonly batchSize: number
  /**
   * An id that does not exist is absent from the result. Whatever else goes wrong throws, and counts
   * for the whole batch; where it is about one id of several, that id maps to its error instead.
   */
  read(ids: readonly SecretId[], signal: AbortSignal): Promise<ReadonlyMap<SecretId, Secret | SecwrapError>>
  /** As `read`, at once: where there is nothing to wait for. */
  readNow?(ids: readonly SecretId[]): ReadonlyMap<SecretId, Secret>
  /**
   * Every secret below a path that ends in `/`, by its name relative to that path (`db/host`).
   * For wildcards; a provider without it serves maps only. `onRead` is told how many were read just now.
   */
  readPrefix?(
    prefix: SecretId,
    signal: AbortSignal,
    onRead?: (count: number) => void,
  ): Promise<ReadonlyMap<string, Secret>>
  /** Lets a lease of `Secret.facts` live on. @returns the seconds from now; 0 where the store does not know it any more. */
  renew?(lease: string, signal: AbortSignal): Promise<number>
  /** The same for the token under which it reads. */
  renewToken?(signal: AbortSignal): Promise<number>
  /** Ends a lease, where its token does not end with it. @throws SecwrapError */
  revoke?(lease: string, signal: AbortSignal): Promise<void>
  /** Ends a token of our own, and all leases under it. @throws SecwrapError */
  revokeToken?(signal: AbortSignal): Promise<void>
  /** Every secret is a JSON object, so that a wildcard imports the fields of all secrets below a path. */
  readonly holdsMaps?: true
  /** Ends what the provider opened for itself: revokes a token that it took. Never throws. */
  close?(): Promise<void>
}

export type CreateProvider = (options: Readonly<Record<string, string>>, context: ProviderContext) => Provider

/**
 * What reading would use, found without asking anybody, for `doctor`: addresses and where credentials come from,
 * never one. @throws SecwrapError for a setting that is missing or wrong.
 */
export type Inspect = (
  store: { readonly options: Readonly<Record<string, string>>; readonly ids: readonly SecretId[] },
  env: Inherited,
) => readonly string[] | Promise<readonly string[]>

/** One version of a secret, as its store tells it. */
export interface Version {
  readonly id: string // what `?version=` takes
  readonly state: 'current' | 'previous' | 'disabled' | 'deleted' | 'destroyed'
  readonly createdAt?: Date
  readonly author?: string
  readonly labels?: readonly string[] // SSM labels, Secrets Manager stages
}

export interface WriteOptions {
  /** Write only if this is still the newest version; '' is "only if there is none yet". */
  readonly ifVersion?: string
}

export interface DeleteOptions {
  readonly destroy?: boolean // for good, where the store would keep it for a while
  readonly recover?: boolean // takes a deletion back
}

export interface Listed {
  readonly id: SecretId
  readonly version?: string
  readonly updatedAt?: Date
  readonly author?: string
  readonly state?: 'disabled' // listed, but not to be read: left out when a prefix is copied
}

/**
 * The verbs that write and administer, by the vendor's client: a file of its own beside the provider,
 * so that reading never loads it. A read-only store has none. `secret` is always the whole secret:
 * a `#key` is merged by the caller, with `current` and `ifVersion`.
 */
export interface Writer {
  /** The newest value with its version; undefined where there is none. */
  current(id: SecretId, signal: AbortSignal): Promise<{ secret: Secret; version: Version } | undefined>
  /** @throws SecwrapError CONFLICT where `ifVersion` is not the newest, or the store can't check it: BAD_USAGE. */
  write(id: SecretId, secret: Secret, options: WriteOptions, signal: AbortSignal): Promise<Version>
  /** @throws SecwrapError NOT_FOUND. */
  delete(id: SecretId, options: DeleteOptions, signal: AbortSignal): Promise<void>
  /**
   * Every secret below a path that ends in `/`, in the store's order, page by page. After a failure `next` goes on
   * where it failed, so whoever tries again misses nothing.
   */
  list(prefix: SecretId, signal: AbortSignal): AsyncIterable<Listed>
  /** Newest first. @throws SecwrapError NOT_FOUND; BAD_USAGE where the store keeps no versions. */
  history(id: SecretId, signal: AbortSignal): Promise<readonly Version[]>
  close?(): Promise<void>
}

export type CreateWriter = (options: Readonly<Record<string, string>>, context: ProviderContext) => Writer
