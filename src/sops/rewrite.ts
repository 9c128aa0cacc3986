import { formatJson, isJsonObject, type Json } from '../core/json.ts'
import type { Layout } from './layout.ts'
import type { Values } from './mac.ts'
import type { Marks } from './marks.ts'
import type { Fields } from './target.ts'
import { formatNode, isComment } from './to-json.ts'
import {
  type Entry,
  entriesOf,
  itemsOf,
  type ListNode,
  type MapNode,
  type Node,
  type Scalar,
} from './tree.ts'

/** Turns the text of an opened file into one with other values; what stays the same is copied byte for byte. */
export class Rewriter {
  readonly #text: string
  readonly #values: Values
  readonly #layout: Layout
  readonly #marks: Marks

  constructor(text: string, values: Values, layout: Layout, marks: Marks) {
    this.#text = text
    this.#values = values
    this.#layout = layout
    this.#marks = marks
  }

  /**
   * The whole file with `target` for its values; new ones are marks. Entries keep their order, new ones come last.
   *
   * @param own - sops's own entries, which stay as they are and behind the new ones.
   */
  rewriteFile(root: MapNode, own: readonly Entry[], target: Fields): string {
    const { start, end } = root.span
    return this.#text.slice(0, start) + this.#rewriteMap(root, target, own) + this.#text.slice(end)
  }

  #rewriteMap(map: MapNode, target: Fields, own: readonly Entry[] = []): string {
    const entries = entriesOf(map)
    const kept = new Map<Entry, string>()
    for (const entry of entries) {
      if (own.includes(entry)) kept.set(entry, this.#copy(entry))
      else if (Object.hasOwn(target, entry.key))
        kept.set(entry, this.#rewriteEntry(entry, target[entry.key], map))
    }
    const names = new Set(entries.map(({ key }) => key))
    const added = Object.keys(target).filter(name => !names.has(name))
    const lines = added.map(name => this.#renderEntry(name, target[name], map))
    return this.#layout.assemble(map, this.#text, kept, lines, own[0])
  }

  #rewriteEntry(entry: Entry, target: Json | undefined, map: MapNode): string {
    const value = this.#rewriteNode(entry.value, target ?? null)
    if (value === undefined) return this.#renderEntry(entry.key, target, map).trimStart()
    const { start, end } = entry.value.span
    return this.#text.slice(entry.span.start, start) + value + this.#text.slice(end, entry.span.end)
  }

  #renderEntry(name: string, target: Json | undefined, map: MapNode): string {
    return this.#layout.renderEntry(name, this.#marks.set(target ?? null), map, this.#text)
  }

  // Undefined where the whole entry around it has to be written anew.
  #rewriteNode(node: Node, target: Json): string | undefined {
    if (this.#isSame(node, target)) return this.#copy(node)
    if (node.kind === 'scalar') return this.#rewriteScalar(node, target)
    if (!this.#layout.canEdit(node, this.#text)) return undefined
    if (node.kind === 'map') return isJsonObject(target) ? this.#rewriteMap(node, target) : undefined
    return Array.isArray(target) ? this.#rewriteList(node, target) : undefined
  }

  #rewriteScalar(node: Scalar, target: Json): string | undefined {
    if (isJsonObject(target) || Array.isArray(target)) return undefined
    const mark = this.#marks.set(target)
    return typeof mark === 'string' ? this.#layout.renderMark(mark, this.#copy(node)) : undefined
  }

  #rewriteList(list: ListNode, target: readonly Json[]): string | undefined {
    const items = itemsOf(list).filter(item => !isComment(item, this.#values))
    if (items.length !== target.length) return undefined
    let result = ''
    let at = list.span.start
    for (const [index, item] of items.entries()) {
      const text = this.#rewriteNode(item, target[index] ?? null)
      if (text === undefined) return undefined
      result += this.#text.slice(at, item.span.start) + text
      at = item.span.end
    }
    return result + this.#text.slice(at, list.span.end)
  }

  #isSame(node: Node, target: Json): boolean {
    if (node.kind === 'scalar') return formatNode(node, this.#values) === formatJson(target)
    if (node.kind === 'list') {
      const items = itemsOf(node).filter(item => !isComment(item, this.#values))
      if (!Array.isArray(target) || items.length !== target.length) return false
      return items.every((item, index) => this.#isSame(item, target[index]))
    }
    const entries = entriesOf(node)
    if (!isJsonObject(target) || Object.keys(target).length !== entries.length) return false
    return entries.every(
      ({ key, value }) => Object.hasOwn(target, key) && this.#isSame(value, target[key] ?? null),
    )
  }

  #copy({
    span: { start, end },
  }: {
    readonly span: { readonly start: number; readonly end: number }
  }): string {
    return this.#text.slice(start, end)
  }
}
