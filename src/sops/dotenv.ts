import { broken, type Comment, type Entry, lineAt, type MapNode } from './tree.ts'

/**
 * A dotenv file as sops reads it: `NAME=value` with nothing trimmed, quotes part of the value, `\n` for a
 * line break, `#` at the start of a line for a comment.
 *
 * @throws SecwrapError BAD_VALUE for a line without `=`.
 */
export function parseDotenv(text: string): MapNode {
  const items: (Entry | Comment)[] = []
  let start = 0
  while (start < text.length) {
    const newline = text.indexOf('\n', start)
    const end = newline < 0 ? text.length : newline
    const item = readLine(text, start, end)
    if (item) items.push(item)
    start = end + 1
  }
  return { kind: 'map', items, span: { start: 0, end: text.length } }
}

function readLine(text: string, start: number, end: number): Entry | Comment | undefined {
  if (start === end) return undefined
  if (text[start] === '#') return { kind: 'comment', text: text.slice(start + 1, end) }
  const equals = text.indexOf('=', start)
  if (equals < 0 || equals > end) throw broken(`line ${lineAt(text, start)} has no =`)
  const value = text.slice(equals + 1, end).replaceAll('\\n', '\n')
  return {
    kind: 'entry',
    key: text.slice(start, equals),
    value: { kind: 'scalar', plain: { type: 'str', text: value }, span: { start: equals + 1, end } },
    span: { start, end: Math.min(end + 1, text.length) },
  }
}
