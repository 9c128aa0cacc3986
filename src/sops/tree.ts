import { SecwrapError } from '../core/errors.ts'

/** A sealed file as a tree in which every piece knows where it stands in the text. */
export type Node = MapNode | ListNode | Scalar

export interface Span {
  readonly start: number // offset in UTF-16 units
  readonly end: number // behind the last one
}

export interface MapNode {
  readonly kind: 'map'
  readonly items: readonly (Entry | Comment)[]
  readonly span: Span
}

export interface Entry {
  readonly kind: 'entry'
  readonly key: string
  readonly value: Node
  readonly span: Span
}

export interface ListNode {
  readonly kind: 'list'
  readonly items: readonly (Node | Comment)[]
  readonly span: Span
}

export interface Scalar {
  readonly kind: 'scalar'
  readonly plain: Plain // what the text says: for a sealed value a `str` that begins with ENC[
  readonly span: Span
}

export interface Comment {
  readonly kind: 'comment'
  readonly text: string // without its `#`
}

/** One value in the types that sops tells apart. */
export interface Plain {
  readonly type: 'str' | 'int' | 'float' | 'bool' | 'time' | 'bytes' | 'comment' | 'null'
  readonly text: string // as sops hashes and seals it: 5432, 1.5, True
  readonly source?: string // a number as it stands in the file, where that differs: 1.50, 0x1F
}

/** The format of a file, with sops's names. */
export type Format = 'dotenv' | 'json' | 'yaml' | 'binary'

/** Deeper than any file that a person writes, and far from the end of the stack. */
export const MAX_DEPTH = 200

/** A fault of the file. The provider puts the file's name before it. */
export function broken(fact: string, hint?: string): SecwrapError {
  return new SecwrapError('BAD_VALUE', fact, hint === undefined ? {} : { hint })
}

export function entriesOf({ items }: Pick<MapNode, 'items'>): readonly Entry[] {
  return items.filter(item => item.kind === 'entry')
}

export function itemsOf({ items }: ListNode): readonly Node[] {
  return items.filter(item => item.kind !== 'comment')
}

/** The line of an offset, from 1. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}
