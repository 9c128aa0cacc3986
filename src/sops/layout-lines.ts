import { type Entry, entriesOf, type MapNode } from './tree.ts'

/**
 * Puts together a map whose entries are whole lines, for dotenv and YAML. What stands between entries,
 * comments and blank lines, stays where an entry is taken out.
 */
export function assembleLines(
  map: MapNode,
  text: string,
  kept: ReadonlyMap<Entry, string>,
  added: readonly string[],
  before?: Entry,
): string {
  let result = ''
  let at = map.span.start
  let isFirst = true // nothing but the gaps of taken out entries so far
  for (const entry of entriesOf(map)) {
    const gap = text.slice(at, entry.span.start)
    const line = kept.get(entry)
    at = entry.span.end
    if (line === undefined) result += withoutIndent(gap)
    else {
      result = joinLine(result, gap, isFirst)
      result += (entry === before ? added.join('') : '') + line
      isFirst = false
    }
  }
  const tail = text.slice(at, map.span.end)
  return before ? result + tail : joinLine(endLine(result), added.join(''), isFirst) + tail
}

// The indent of a map's first line stands before the map, so a new first line must not bring its own.
function joinLine(result: string, text: string, isFirst: boolean): string {
  return isFirst ? (result + text).replace(/^[ \t]+/, '') : result + text
}

function withoutIndent(gap: string): string {
  return gap.replace(/[ \t]+$/, '')
}

/** A last line without its line break gets one, before another follows. */
export function endLine(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`
}
