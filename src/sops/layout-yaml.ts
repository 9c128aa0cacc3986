import type { Layout } from './layout.ts'
import { assembleLines, endLine } from './layout-lines.ts'
import type { Marked } from './marks.ts'
import { entriesOf, type Node, type Plain } from './tree.ts'
import { readPlainScalar } from './yaml-scalar.ts'

/** YAML in block style, indented by four as sops does it. */
export const yamlLayout: Layout = {
  canEdit: (node, text) =>
    !/[{[]/.test(text[node.span.start] ?? '') && (node.kind === 'list' || entriesOf(node).length > 0),

  assemble(map, text, kept, added, before) {
    const assembled = assembleLines(map, text, kept, added, before)
    return kept.size + added.length > 0 ? assembled : `{}\n${assembled}`
  },

  renderEntry(name, value, map, text) {
    const indent = ' '.repeat(columnOf(map, text))
    return `${indent}${quote(name)}:${renderValue(value, indent + UNIT)}`
  },

  renderMark(mark, old) {
    if (old === '') return ` ${mark}` // behind the colon of an empty value
    return old.endsWith('\n') ? `${mark}\n` : mark
  },

  renderScalar: (plain, sealed) => (sealed === undefined ? renderPlain(plain) : sealed || '""'),
}

const UNIT = '    '

function columnOf({ span }: Node, text: string): number {
  return span.start - (text.lastIndexOf('\n', span.start - 1) + 1)
}

/** What stands behind `name:`, from its blank to its line break. @param indent - of the lines below. */
function renderValue(value: Marked, indent: string): string {
  return typeof value === 'string' || sizeOf(value) === 0
    ? renderShort(value)
    : `\n${renderBlock(value, indent)}`
}

/** What stands behind the dash of a list's item. */
function renderItem(value: Marked, indent: string): string {
  if (typeof value === 'string' || sizeOf(value) === 0) return renderShort(value)
  return ` ${renderBlock(value, indent).slice(indent.length)}`
}

function renderShort(value: Marked): string {
  if (typeof value === 'string') return ` ${value}\n`
  return value instanceof Map ? ' {}\n' : ' []\n'
}

function renderBlock(value: Exclude<Marked, string>, indent: string): string {
  const lines =
    value instanceof Map
      ? [...value].map(([name, field]) => `${indent}${quote(name)}:${renderValue(field, indent + UNIT)}`)
      : [...(value as readonly Marked[])].map(item => `${indent}-${renderItem(item, `${indent}  `)}`)
  return lines.map(endLine).join('')
}

function sizeOf(value: Exclude<Marked, string>): number {
  return value instanceof Map ? value.size : (value as readonly Marked[]).length
}

function renderPlain({ type, text, source = text }: Plain): string {
  if (type === 'null') return 'null'
  if (type === 'bool') return text === 'True' ? 'true' : 'false'
  return type === 'int' || type === 'float' ? source : quote(text)
}

/** A text that YAML reads back as it is; in double quotes where that needs them. */
export function quote(text: string): string {
  if (/^\w[\w./-]*$/.test(text) && readPlainScalar(text).type === 'str' && !YAML_1_1.test(text)) return text
  return JSON.stringify(text).replaceAll(UNPRINTABLE, escapeUnit)
}

// Other parsers of YAML take these for booleans, so sops quotes them as well.
const YAML_1_1 = /^(?:y|n|yes|no|on|off)$/i
const UNPRINTABLE = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}
