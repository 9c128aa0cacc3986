import { asSecwrapError, SecwrapError } from '../../core/errors.ts'
import { parseJson } from '../../core/json.ts'
import { parseJsonTree } from '../../sops/json.ts'
import { entriesOf, lineAt, type MapNode, type Node } from '../../sops/tree.ts'
import type { Entries } from './read.ts'

/** The fields of a JSON object, numbers digit for digit. JSON.parse would drop the first of two equal names. */
export function parseJsonFile(text: string, file: string): Entries {
  const body = text.replace(/^\ufeff/, '')
  const root = parseTree(body, file)
  const entries = entriesOf(root).map(({ key, value, span }) => ({
    name: key,
    line: lineAt(body, span.start),
    value: parseJson(body.slice(value.span.start, value.span.end)) ?? null,
  }))
  return { entries, problems: entriesOf(root).flatMap(({ value }) => findRepeatedIn(value, body, file)) }
}

function parseTree(text: string, file: string): MapNode {
  try {
    return parseJsonTree(text)
  } catch (error) {
    throw asSecwrapError(error).at({ file, line: 0, name: '' })
  }
}

/** Below the first level. */
function findRepeatedIn(node: Node, text: string, file: string): readonly SecwrapError[] {
  if (node.kind === 'scalar') return []
  if (node.kind === 'list')
    return node.items.flatMap(item => ('span' in item ? findRepeatedIn(item, text, file) : []))
  const seen = new Set<string>()
  return entriesOf(node).flatMap(({ key, value, span }) => {
    const place = { file, line: lineAt(text, span.start), name: key }
    const repeated = seen.has(key) ? [new SecwrapError('BAD_VALUE', `${key} is set twice`, { place })] : []
    seen.add(key)
    return [...repeated, ...findRepeatedIn(value, text, file)]
  })
}
