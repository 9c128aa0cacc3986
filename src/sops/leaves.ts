import type { Rules } from './rules.ts'
import { broken, type Comment, type Entry, type MapNode, type Node, type Scalar } from './tree.ts'

/** A value in the order in which the MAC takes them. */
export interface Leaf {
  readonly scalar: Scalar
  readonly path: readonly string[] // names only: sops leaves out the positions in lists
  readonly sealed: boolean // by the file's rules, whatever the text looks like
}

/**
 * Every value of a file but null, which sops neither seals nor counts.
 *
 * @throws SecwrapError BAD_VALUE where a name stands twice: which one is meant can't be told.
 * Source: Tree.walkBranch and Tree.walkSlice of sops.
 */
export function collectLeaves(root: MapNode, rules: Rules): readonly Leaf[] {
  const leaves: Leaf[] = []
  visit(root, [], [], (scalar, path, comments) => {
    if (scalar.plain.type === 'null') return
    leaves.push({ scalar, path, sealed: rules.isSealed(path, comments) })
  })
  return leaves
}

/** What sops authenticates beside a value: its names, `db:password:`. */
export function additionalData(path: readonly string[]): string {
  return `${path.join(':')}:`
}

type Comments = readonly (readonly string[])[]
type Visitor = (scalar: Scalar, path: readonly string[], comments: Comments) => void

function visit(node: Node, path: readonly string[], comments: Comments, visitor: Visitor): void {
  if (node.kind === 'scalar') {
    visitor(node, path, comments)
    return
  }
  if (node.kind === 'map') checkNames(node)
  let active: readonly string[] = []
  for (const item of node.items as readonly (Entry | Comment | Node)[]) {
    if (item.kind === 'comment') {
      active = [...active, item.text]
      continue
    }
    const isEntry = item.kind === 'entry'
    visit(isEntry ? item.value : item, isEntry ? [...path, item.key] : path, [...comments, active], visitor)
    active = []
  }
}

function checkNames({ items }: MapNode): void {
  const seen = new Set<string>()
  for (const item of items) {
    if (item.kind === 'comment') continue
    if (seen.has(item.key)) throw broken(`has ${item.key} twice`)
    seen.add(item.key)
  }
}
