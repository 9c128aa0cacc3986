import type { Values } from './mac.ts'
import type { Opened } from './open.ts'
import { broken, type Format, type MapNode, type Node, type Plain } from './tree.ts'

/** What a reference to the file gives: its values as a JSON object, or of a binary file the text. */
export function formatSecret({ document: { data }, values }: Opened, format: Format): string {
  if (format !== 'binary') return formatValues(data, values)
  const entry = data.items.find(item => item.kind === 'entry' && item.key === 'data')
  const value = entry?.kind === 'entry' && entry.value.kind === 'scalar' ? values.get(entry.value) : undefined
  if (!value) throw broken('is not a binary file of sops: it has no data', '?format=json')
  return value.text
}

/** An opened file's values as JSON text, in their order, numbers digit for digit. Comments are left out. */
function formatValues(root: MapNode, values: Values): string {
  const fields = root.items.flatMap(item =>
    item.kind === 'entry' ? `${JSON.stringify(item.key)}:${formatNode(item.value, values)}` : [],
  )
  return `{${fields.join(',')}}`
}

function formatNode(node: Node, values: Values): string {
  if (node.kind === 'map') return formatValues(node, values)
  if (node.kind === 'scalar') return formatPlain(values.get(node) ?? node.plain)
  const items = node.items.filter(item => item.kind !== 'comment' && !isComment(item, values))
  return `[${items.map(item => formatNode(item as Node, values)).join(',')}]`
}

// sops keeps a sealed comment of a list as an item.
function isComment(node: Node, values: Values): boolean {
  return node.kind === 'scalar' && values.get(node)?.type === 'comment'
}

function formatPlain({ type, text, source = text }: Plain): string {
  if (type === 'null') return 'null'
  if (type === 'bool') return text === 'True' ? 'true' : 'false'
  const number = [source, text].find(candidate => JSON_NUMBER.test(candidate))
  if ((type === 'int' || type === 'float') && number !== undefined) return number
  return JSON.stringify(text)
}

const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/
