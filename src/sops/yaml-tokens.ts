import { CST } from 'yaml'
import { broken, type Comment, lineAt, type Span } from './tree.ts'

/** The text of a scalar: quotes, escapes and line breaks worked out. */
export function resolve(token: CST.FlowScalar | CST.BlockScalar, text: string): string {
  const { value } = CST.resolveAsScalar(token, true, offset => {
    throw broken(`is not valid YAML (line ${lineAt(text, offset)})`)
  })
  return value
}

export function commentsIn(tokens: readonly CST.Token[]): Comment[] {
  return tokens.flatMap(token =>
    token.type === 'comment' ? { kind: 'comment', text: token.source.slice(1) } : [],
  )
}

/** What sops counts to a value although it stands behind it. */
export function commentsBehind(value: CST.Token | null | undefined): readonly Comment[] {
  return CST.isScalar(value) && 'end' in value ? commentsIn(value.end ?? []) : []
}

/** Where a piece of a collection begins, its comments included. */
export function startOf({ start, key, sep, value }: CST.CollectionItem): number {
  return start[0]?.offset ?? key?.offset ?? sep?.[0]?.offset ?? value?.offset ?? 0
}

export function scalarSpan(token: CST.Token): Span {
  const { offset: start, source } = token as CST.FlowScalar | CST.BlockScalar
  const header = token.type === 'block-scalar' ? token.props.map(prop => CST.stringify(prop)).join('') : ''
  return { start, end: start + header.length + source.length }
}

/** Where the value of an empty list item would stand. */
export function emptySpan({ start }: CST.CollectionItem): Span {
  const dash = start.find(({ type }) => type === 'seq-item-ind')
  const at = dash ? dash.offset + 1 : startOf({ start })
  return { start: at, end: at }
}
