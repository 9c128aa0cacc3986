import type { Values } from './mac.ts'
import type { Opened } from './open.ts'
import { broken, entriesOf, type Format, itemsOf, type MapNode, type Node, type Plain } from './tree.ts'

/** What a reference to the file gives: its values as a JSON object, or of a binary file the text. */
export function formatSecret({ document: { data }, values }: Opened, format: Format): string {
  if (format !== 'binary') return formatValues(data, values)
  const node = entriesOf(data).find(({ key }) => key === 'data')?.value
  const value = node?.kind === 'scalar' ? values.get(node) : undefined
  if (!value) throw broken('is not a binary file of sops: it has no data', '?format=json')
  return value.text
}

/** An opened file's values as JSON text, in their order, numbers digit for digit. Comments are left out. */
function formatValues(root: MapNode, values: Values): string {
  const fields = entriesOf(root).map(
    ({ key, value }) => `${JSON.stringify(key)}:${formatNode(value, values)}`,
  )
  return `{${fields.join(',')}}`
}

/** One value of an opened file as JSON text. */
export function formatNode(node: Node, values: Values): string {
  if (node.kind === 'map') return formatValues(node, values)
  if (node.kind === 'scalar') return formatPlain(values.get(node) ?? node.plain)
  const items = itemsOf(node).filter(item => !isComment(item, values))
  return `[${items.map(item => formatNode(item, values)).join(',')}]`
}

/** Whether a list's item is a sealed comment, which sops keeps as one. */
export function isComment(node: Node, values: Values): boolean {
  return node.kind === 'scalar' && values.get(node)?.type === 'comment'
}

export function formatPlain({ type, text, source = text }: Plain): string {
  if (type === 'null') return 'null'
  if (type === 'bool') return text === 'True' ? 'true' : 'false'
  const number = [source, text].find(candidate => JSON_NUMBER.test(candidate))
  if ((type === 'int' || type === 'float') && number !== undefined) return number
  return JSON.stringify(text)
}

const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/
