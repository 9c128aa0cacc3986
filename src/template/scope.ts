import type { SecwrapError } from '../core/errors.ts'
import { matchesAny } from '../core/glob.ts'
import type { Inherited, Part, TemplateEntry } from '../core/types.ts'

/** What a name stands for while templates are read. */
export interface Known {
  readonly parts: readonly Part[] | undefined // undefined: not set
  readonly sensitive: boolean // its value comes from one that is marked so
  readonly size: number // characters, as far as they are known; each reference counts for 1024
  readonly problems: readonly SecwrapError[] // why it has no value
}

export function asKnown(text: string | undefined): Known {
  return {
    parts: text === undefined ? undefined : [text],
    sensitive: false,
    size: text?.length ?? 0,
    problems: [],
  }
}

interface Definition {
  readonly entry: TemplateEntry
  readonly known: Known
}

/** The names that an expression can see: earlier entries, then the inherited environment. */
export class Scope {
  readonly #definitions = new Map<string, Definition>()
  readonly #replaced: TemplateEntry[] = []
  readonly #wildcards: Definition[] = []
  readonly #inherited: Inherited
  readonly #preferEnv: readonly string[]

  constructor(inherited: Inherited, preferEnv: readonly string[]) {
    this.#inherited = inherited
    this.#preferEnv = preferEnv
  }

  find(name: string): Known | undefined {
    const definition = this.#definitions.get(name)
    if (definition) return definition.known
    const value = this.inherited(name)
    return value === undefined ? undefined : asKnown(value)
  }

  /** Whether a wildcard so far may bring the name: which ones it brings is not known yet. */
  mayBeImported(name: string): boolean {
    return this.#wildcards.some(({ entry }) => name.startsWith(entry.wildcard?.prefix ?? ''))
  }

  inherited(name: string): string | undefined {
    // process.env has the properties of every object, such as constructor.
    const value = Object.hasOwn(this.#inherited, name) ? this.#inherited[name] : undefined
    return typeof value === 'string' ? value : undefined
  }

  /** The inherited value where --prefer-env says that it wins. */
  preferred(name: string): string | undefined {
    return matchesAny(name, this.#preferEnv) ? this.inherited(name) : undefined
  }

  /** A later definition replaces an earlier one, whose decorators stay where it has none of that kind. */
  define(entry: TemplateEntry, known: Known): void {
    const earlier = this.#definitions.get(entry.name)
    const decorators = mergeDecorators(known, earlier?.entry, entry)
    if (earlier) {
      this.#replaced.push(earlier.entry)
      // Out and in again, so that entries stand in the order of the definitions that count.
      this.#definitions.delete(entry.name)
    }
    this.#definitions.set(entry.name, {
      entry: decorators === entry.decorators ? entry : { ...entry, decorators },
      known:
        decorators.sensitive === known.sensitive
          ? known
          : { ...known, sensitive: decorators.sensitive ?? false },
    })
  }

  addWildcard(entry: TemplateEntry, known: Known): void {
    this.#wildcards.push({ entry, known })
  }

  /** The definitions that count and have no problem. */
  entries(): readonly TemplateEntry[] {
    const entries: TemplateEntry[] = []
    for (const { entry, known } of this.#all()) if (known.problems.length === 0) entries.push(entry)
    return entries
  }

  /** Definitions that a later file has replaced. */
  replaced(): readonly TemplateEntry[] {
    return this.#replaced
  }

  /** Problems of the definitions that count; those of replaced ones only where these build on them. */
  problems(): readonly SecwrapError[] {
    const problems: SecwrapError[] = []
    for (const { known } of this.#all()) problems.push(...known.problems)
    return problems
  }

  #all() {
    const all: Definition[] = []
    for (const [, definition] of this.#definitions) all.push(definition)
    return all.concat(this.#wildcards)
  }
}

function mergeDecorators(
  { sensitive }: Known,
  earlier: TemplateEntry | undefined,
  { decorators }: TemplateEntry,
): TemplateEntry['decorators'] {
  if (!sensitive && !earlier) return decorators
  return { ...(sensitive && { sensitive }), ...earlier?.decorators, ...decorators }
}
