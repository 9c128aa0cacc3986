import type { Batch, Part, Reference, SecretId, TemplateEntry } from '../core/types.ts'

/** A reference and the entries that need it: its places in messages. */
export interface Need {
  readonly reference: Reference
  readonly entry: TemplateEntry
}

/**
 * Every reference of ordinary entries, in the order of the template; one that `${A}` brings into a later
 * entry belongs to the entry A. Wildcards are read by other calls.
 */
export function collectNeeds(entries: readonly TemplateEntry[]): readonly Need[] {
  const needs: Need[] = []
  const seen = new Set<Reference>()
  for (const entry of entries) {
    if (entry.wildcard) continue
    for (const reference of referencesIn(entry.parts)) {
      if (!seen.has(reference)) needs.push({ reference, entry })
      seen.add(reference)
    }
  }
  return needs
}

export function referencesIn(parts: readonly Part[]): readonly Reference[] {
  const references: Reference[] = []
  addReferences(parts, references)
  return references
}

// No generator: the engine's first one takes as long as a dozen entries.
function addReferences(parts: readonly Part[], references: Reference[]): void {
  for (const part of parts) {
    if (typeof part === 'string') continue
    if ('raw' in part) references.push(part)
    else {
      addReferences(part.parts, references)
      if (part.otherwise) addReferences(part.otherwise.word, references)
    }
  }
}

/** The kinds of store that a template uses, wildcards too. */
export function schemesIn(entries: readonly TemplateEntry[]): ReadonlySet<string> {
  const schemes = new Set<string>()
  for (const { parts } of entries) {
    for (const { id } of referencesIn(parts)) schemes.add(id.scheme)
  }
  return schemes
}

/** Ids of one store, read by one provider. */
export interface Group {
  readonly scheme: string
  readonly options: Readonly<Record<string, string>>
  readonly ids: readonly SecretId[]
}

/** Equal ids once, by store: the scheme and the options that pick it. */
export function groupIds(ids: Iterable<SecretId>): readonly Group[] {
  const groups: (Group & { readonly ids: SecretId[] })[] = []
  const byStore = new Map<string, (typeof groups)[number]>()
  const seen = new Set<string>()
  for (const id of ids) {
    if (seen.has(id.uri)) continue
    seen.add(id.uri)
    const store = storeKey(id)
    let group = byStore.get(store)
    if (!group) {
      group = { scheme: id.scheme, options: id.options, ids: [] }
      byStore.set(store, group)
      groups.push(group)
    }
    group.ids.push(id)
  }
  return groups
}

/** Two ids with the same key are served by the same provider object. */
export function storeKey({ scheme, options }: Pick<SecretId, 'scheme' | 'options'>): string {
  const names = Object.keys(options)
  if (names.length === 0) return scheme
  return `${scheme} ${JSON.stringify(names.sort().map(name => [name, options[name]]))}`
}

/** Cuts a group into full batches: 23 ids of a store that takes 10 are 10, 10 and 3. */
export function cutBatches({ scheme, options, ids }: Group, batchSize: number): readonly Batch[] {
  const batches: Batch[] = []
  for (let start = 0; start < ids.length; start += batchSize) {
    batches.push({ scheme, options, ids: ids.slice(start, start + batchSize) })
  }
  return batches
}
