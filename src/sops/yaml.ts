import { CST, Parser } from 'yaml'
import {
  broken,
  type Comment,
  type Entry,
  type ListNode,
  lineAt,
  MAX_DEPTH,
  type MapNode,
  type Node,
  type Plain,
} from './tree.ts'
import { readPlainScalar } from './yaml-scalar.ts'
import { commentsBehind, commentsIn, emptySpan, resolve, scalarSpan, startOf } from './yaml-tokens.ts'

type Item = CST.CollectionItem
type Tokens = readonly CST.SourceToken[]

/**
 * A YAML file of one document, read token by token: sops's MAC depends on the order, its rules on the
 * comments, and an edit on where each piece stands.
 *
 * @throws SecwrapError BAD_VALUE for what is no YAML, and for what sops writes out in
 *   full before it seals (aliases, tags) or keeps apart (several documents).
 */
export function parseYamlTree(text: string): MapNode {
  const { document, comments } = readDocument(text)
  const reader = new YamlReader(text)
  const end = text.length
  if (!document.value) return { kind: 'map', items: comments, span: { start: end, end } }
  const root = reader.readNode(document.value, end, 0, document.start)
  if (root.kind !== 'map') throw broken('is not a YAML map')
  return { ...root, items: [...comments, ...root.items] }
}

function readDocument(text: string): { document: CST.Document; comments: Comment[] } {
  const tokens = [...new Parser().parse(text)]
  const fault = tokens.find(token => token.type === 'error')
  if (fault) throw broken(`is not valid YAML (line ${lineAt(text, fault.offset)})`)
  const [document, ...others] = tokens.filter(token => token.type === 'document')
  if (!document) throw broken('is empty')
  if (others.length > 0) throw broken('has several YAML documents, where one is needed')
  const before = tokens.slice(0, tokens.indexOf(document)).filter(token => token.type === 'comment')
  return { document, comments: commentsIn([...before, ...document.start]) }
}

class YamlReader {
  readonly #text: string
  #outer: CST.SourceToken[] = [] // comments that belong to a level further out

  constructor(text: string) {
    this.#text = text
  }

  /** @param properties - what stands before the node: comments, tags. @param end - where the next piece begins. */
  readNode(token: CST.Token, end: number, depth: number, properties: Tokens): Node {
    if (depth > MAX_DEPTH) throw broken(`is nested deeper than ${MAX_DEPTH} levels`)
    const tag = this.#readTag(properties)
    if (token.type === 'block-map') return this.#readMap(token, end, depth)
    if (token.type === 'block-seq') return this.#readList(token, end, depth)
    if (token.type === 'flow-collection') return this.#readFlow(token, depth)
    return { kind: 'scalar', plain: this.#readScalar(token, tag), span: scalarSpan(token) }
  }

  #readMap(token: CST.BlockMap | CST.FlowCollection, end: number, depth: number): MapNode {
    const items: (Entry | Comment)[] = []
    for (const [index, item] of token.items.entries()) {
      const next = token.items[index + 1]
      if (item.sep) items.push(...this.#readEntry(item, next ? startOf(next) : end, depth))
      else if (item.key) this.#fail(item.key)
      else items.push(...this.#keepComments(item, token.indent))
      items.push(...this.#takeComments(token.indent))
    }
    return { kind: 'map', items, span: { start: token.offset, end } }
  }

  #readEntry(item: Item, end: number, depth: number): readonly (Entry | Comment)[] {
    const key = this.#readKey(item)
    const value = this.#readValue(item, end, depth)
    const inner = commentsIn(item.sep ?? [])
    const span = { start: item.key?.offset ?? startOf(item), end }
    const isScalar = value.kind === 'scalar'
    const entry: Entry = { kind: 'entry', key, value: isScalar ? value : prepend(inner, value), span }
    return [...commentsIn(item.start), ...(isScalar ? inner : []), ...commentsBehind(item.value), entry]
  }

  #readKey({ key, start }: Item): string {
    if (!key) return ''
    const { type, text } = this.#readScalar(key, this.#readTag(start))
    if (type !== 'str') throw broken(`has a name that is not text (line ${lineAt(this.#text, key.offset)})`)
    return text
  }

  #readValue({ value, sep = [] }: Item, end: number, depth: number): Node {
    if (value) return this.readNode(value, end, depth + 1, sep)
    const colon = sep.find(({ type }) => type === 'map-value-ind')
    const at = colon ? colon.offset + 1 : end
    return { kind: 'scalar', plain: readPlainScalar(''), span: { start: at, end: at } }
  }

  #readList(token: CST.BlockSequence | CST.FlowCollection, end: number, depth: number): ListNode {
    const items: (Node | Comment)[] = []
    for (const [index, item] of token.items.entries()) {
      if (item.sep) this.#fail(item.key)
      const next = token.items[index + 1]
      const isItem = item.value || item.start.some(({ type }) => type === 'seq-item-ind')
      items.push(...(isItem ? commentsIn(item.start) : this.#keepComments(item, token.indent)))
      items.push(...commentsBehind(item.value))
      if (item.value) items.push(this.readNode(item.value, next ? startOf(next) : end, depth + 1, item.start))
      else if (isItem) items.push({ kind: 'scalar', plain: readPlainScalar(''), span: emptySpan(item) })
      items.push(...this.#takeComments(token.indent))
    }
    return { kind: 'list', items, span: { start: token.offset, end } }
  }

  // The parser puts all comments behind the last item into its level; their indent tells whose they are.
  #keepComments({ start }: Item, indent: number): readonly Comment[] {
    this.#outer.push(...start.filter(token => token.type === 'comment' && token.indent < indent))
    return commentsIn(start.filter(token => token.indent >= indent))
  }

  #takeComments(indent: number): readonly Comment[] {
    const taken = this.#outer.filter(token => token.indent >= indent)
    this.#outer = this.#outer.filter(token => token.indent < indent)
    return commentsIn(taken)
  }

  #readFlow(token: CST.FlowCollection, depth: number): Node {
    const close = token.end.find(({ type }) => type === 'flow-map-end' || type === 'flow-seq-end')
    if (!close) return this.#fail(token)
    const end = close.offset + 1
    const items = token.items.filter(item => item.key || item.value || item.sep)
    const bare = { ...token, items }
    return token.start.source === '{' ? this.#readMap(bare, end, depth) : this.#readList(bare, end, depth)
  }

  #readScalar(token: CST.Token, tag: string | undefined): Plain {
    if (token.type === 'scalar' && tag === undefined) return readPlainScalar(resolve(token, this.#text))
    if (token.type === 'alias') throw broken('uses YAML aliases, which sops writes out before it seals')
    if (!CST.isScalar(token)) return this.#fail(token)
    return { type: 'str', text: resolve(token, this.#text) }
  }

  #readTag(tokens: Tokens): '!!str' | undefined {
    const tag = tokens.find(({ type }) => type === 'tag')
    if (!tag) return undefined
    if (tag.source === '!!str') return tag.source
    throw broken(`has a YAML tag (line ${lineAt(this.#text, tag.offset)}), which sops does not write`)
  }

  #fail(token: CST.Token | null | undefined): never {
    throw broken(`is not valid YAML (line ${lineAt(this.#text, token?.offset ?? 0)})`)
  }
}

function prepend(comments: readonly Comment[], node: Node): Node {
  return node.kind === 'scalar' || comments.length === 0
    ? node
    : ({ ...node, items: [...comments, ...node.items] } as Node)
}
