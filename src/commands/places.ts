import type { Place, Resolved, Template, TemplateEntry } from '../core/types.ts'
import { nameOf } from '../environment/imports.ts'

/** Where each name of a template's environment comes from: its entry, or the wildcard that brought it. */
export function findPlaces({ entries }: Template, { imports }: Resolved): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>()
  const wildcards = entries.filter(({ wildcard }) => wildcard)
  for (const entry of wildcards) {
    for (const relative of imports.get(entry)?.keys() ?? []) {
      const name = nameOf(entry.wildcard?.prefix ?? '', relative)
      places.set(name, placeIn(entry, name))
    }
  }
  for (const entry of entries) if (!entry.wildcard) places.set(entry.name, placeIn(entry, entry.name))
  return places
}

function placeIn({ file, line }: TemplateEntry, name: string): Place {
  return { file, line, name }
}
