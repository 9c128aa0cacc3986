import type { Marked } from './marks.ts'
import type { Entry, Format, ListNode, MapNode, Plain } from './tree.ts'

/** How one format writes what changes; all that stays is copied from the old text. */
export interface Layout {
  /** False where a map or list has to be written anew: an empty one, or one in YAML's flow style. */
  canEdit(node: MapNode | ListNode, text: string): boolean
  /**
   * The text of a map between its brackets or first and last line.
   *
   * @param kept - what is left of the map's entries, each with its new text.
   * @param added - new entries, as `renderEntry` gives them.
   * @param before - where they go; the end if absent.
   */
  assemble(
    map: MapNode,
    text: string,
    kept: ReadonlyMap<Entry, string>,
    added: readonly string[],
    before?: Entry,
  ): string
  /** A new entry as it stands in `map`. @throws SecwrapError BAD_VALUE for a name or value that the format lacks. */
  renderEntry(name: string, value: Marked, map: MapNode, text: string): string
  /** @param old - the text in whose place it stands. */
  renderMark(mark: string, old: string): string
  /** A mark's own text. @param sealed - `ENC[…]`; absent where the value stays readable. */
  renderScalar(plain: Plain, sealed?: string): string
}

export async function layoutOf(format: Format): Promise<Layout> {
  if (format === 'dotenv') return (await import('./layout-dotenv.ts')).dotenvLayout
  if (format === 'yaml') return (await import('./layout-yaml.ts')).yamlLayout
  return (await import('./layout-json.ts')).jsonLayout
}
