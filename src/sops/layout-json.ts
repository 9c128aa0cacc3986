import type { Layout } from './layout.ts'
import type { Marked } from './marks.ts'
import { formatPlain } from './to-json.ts'
import { entriesOf, type MapNode } from './tree.ts'

/** JSON as the file has it: its indent, or all on one line. */
export const jsonLayout: Layout = {
  canEdit: node => node.kind === 'list' || entriesOf(node).length > 0,

  assemble(map, text, kept, added, before) {
    const items = entriesOf(map).flatMap(entry => [
      ...(entry === before ? added : []),
      ...(kept.has(entry) ? [kept.get(entry)] : []),
    ])
    if (!before) items.push(...added)
    if (items.length === 0) return '{}'
    const { lead, separator, tail } = spacing(map, text)
    return `{${lead}${items.join(separator)}${tail}}`
  },

  renderEntry(name, value, map, text) {
    const { lead } = spacing(map, text)
    const newline = lead.includes('\n') ? lead.slice(lead.lastIndexOf('\n')) : ''
    return `${JSON.stringify(name)}: ${render(value, newline, unitOf(newline, text))}`
  },

  renderMark: mark => JSON.stringify(mark),
  renderScalar: (plain, sealed) => (sealed === undefined ? formatPlain(plain) : JSON.stringify(sealed)),
}

/** What stands before the first entry, between two, and behind the last. */
function spacing(map: MapNode, text: string): { lead: string; separator: string; tail: string } {
  const entries = entriesOf(map)
  const [first, second, last] = [entries[0], entries[1], entries.at(-1)]
  if (!first || !last) return { lead: '', separator: ', ', tail: '' }
  const lead = text.slice(map.span.start + 1, first.span.start)
  const separator = second ? text.slice(first.span.end, second.span.start) : `,${lead || ' '}`
  return { lead, separator, tail: text.slice(last.span.end, map.span.end - 1) }
}

// The first indented line of the file is one step deep.
function unitOf(newline: string, text: string): string {
  return newline === '' ? '' : (/\n([ \t]+)/.exec(text)?.[1] ?? '')
}

/** @param newline - a line break with the indent of the entry; '' for one line. */
function render(value: Marked, newline: string, unit: string): string {
  if (typeof value === 'string') return JSON.stringify(value)
  const inner = newline && newline + unit
  const isMap = value instanceof Map
  const [open, close] = isMap ? '{}' : '[]'
  const items = isMap
    ? [...value].map(([name, field]) => `${JSON.stringify(name)}: ${render(field, inner, unit)}`)
    : [...(value as readonly Marked[])].map(item => render(item, inner, unit))
  if (items.length === 0) return `${open}${close}`
  return `${open}${inner}${items.join(inner ? `,${inner}` : ', ')}${newline}${close}`
}
