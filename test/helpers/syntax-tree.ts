/** Our own sources as syntax trees, for tests of what they say. */
import { readdirSync, readFileSync } from 'node:fs'
import { parse } from '@babel/parser'

/** As the parser makes it; what else it has is looked up by name. */
export interface Node {
  readonly type: string
  readonly [field: string]: unknown
}

export interface Module {
  readonly file: string // launch/exec.ts, below src/
  readonly root: Node
  readonly parents: ReadonlyMap<Node, Node>
  readonly nodes: readonly Node[]
  readonly functions: ReadonlyMap<string, Node> // by their own name, or that of the constant they are given to
}

export function parseModules(folder: string): readonly Module[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts'))
    .sort()
    .map(file => parseModule(file, readFileSync(`${folder}/${file}`, 'utf8')))
}

export function parseModule(file: string, text: string): Module {
  const root = parse(text, { sourceType: 'module', plugins: ['typescript'] }).program as unknown as Node
  const parents = new Map<Node, Node>()
  const nodes: Node[] = []
  const visit = (node: Node): void => {
    nodes.push(node)
    for (const child of childrenOf(node)) {
      parents.set(child, node)
      visit(child)
    }
  }
  visit(root)
  return { file, root, parents, nodes, functions: namedFunctions(nodes, parents) }
}

function namedFunctions(nodes: readonly Node[], parents: ReadonlyMap<Node, Node>): ReadonlyMap<string, Node> {
  const named = nodes
    .filter(({ type }) => FUNCTIONS.includes(type))
    .map(node => [nameOfFunction(node, parents), node] as const)
  return new Map(named.reverse())
}

/** A constructor goes by the name of its class. */
function nameOfFunction(node: Node, parents: ReadonlyMap<Node, Node>): string {
  const around = parents.get(node)
  if (node.kind === 'constructor') return nameOf(field(around && parents.get(around), 'id'))
  const own = nameOf(field(node, 'id')) || nameOf(field(node, 'key'))
  return own || (around?.type === 'VariableDeclarator' ? nameOf(field(around, 'id')) : '')
}

export function field(node: Node | undefined, name: string): Node | undefined {
  const value = node?.[name]
  return isNode(value) ? value : undefined
}

export function fields(node: Node | undefined, name: string): readonly (Node | undefined)[] {
  const value = node?.[name]
  return Array.isArray(value) ? value.map(item => (isNode(item) ? item : undefined)) : []
}

/** The name of an identifier, `#x` of a private one; '' of anything else. */
export function nameOf(node: Node | undefined): string {
  if (node?.type === 'PrivateName') return `#${nameOf(field(node, 'id'))}`
  return node?.type === 'Identifier' ? String(node.name) : ''
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'
}

function childrenOf(node: Node): readonly Node[] {
  return Object.entries(node)
    .filter(([name]) => name !== 'loc' && !name.endsWith('Comments'))
    .flatMap(([, value]) => (Array.isArray(value) ? value : [value]))
    .filter(isNode)
}

export const FUNCTIONS: readonly string[] = [
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
  'ClassMethod',
  'ClassPrivateMethod',
  'ObjectMethod',
]
