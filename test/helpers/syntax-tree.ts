/** Our own sources as syntax trees, and what an expression in them can stand for: for tests of what they say. */
import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
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
}

/** Where a function is looked at as called from one place, and a table as being at one row. */
export interface Context {
  readonly calls: ReadonlyMap<Node, Node> // function → call
  readonly rows: ReadonlyMap<Node, Node> // declarator → one of what its initial value can be
}

export const ANYWHERE: Context = { calls: new Map(), rows: new Map() }

const MAX_DEPTH = 12

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
  return { file, root, parents, nodes }
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

const FUNCTIONS: readonly string[] = [
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
  'ClassMethod',
  'ClassPrivateMethod',
  'ObjectMethod',
]

/** All modules, and the ways between them. */
export class Program {
  readonly modules: readonly Module[]
  readonly #moduleOf = new Map<Node, Module>()
  readonly #callsOf = new Map<Node, Node[]>()

  constructor(modules: readonly Module[]) {
    this.modules = modules
    for (const module of modules) for (const node of module.nodes) this.#moduleOf.set(node, module)
    for (const node of modules.flatMap(({ nodes }) => nodes)) {
      if (!/^(Optional)?CallExpression$/.test(node.type)) continue
      const target = this.#functionCalled(node)
      if (target) this.#callsOf.set(target, [...(this.#callsOf.get(target) ?? []), node])
    }
  }

  fileOf(node: Node): string {
    return this.#moduleOf.get(node)?.file ?? ''
  }

  parentOf(node: Node): Node | undefined {
    return this.#moduleOf.get(node)?.parents.get(node)
  }

  enclosingFunction(node: Node): Node | undefined {
    let at = this.parentOf(node)
    while (at && !FUNCTIONS.includes(at.type)) at = this.parentOf(at)
    return at
  }

  /** A context for each call of the function around a node, and for each row of a table that it takes apart. */
  contextsOf(node: Node): readonly Context[] {
    const around = this.enclosingFunction(node)
    if (!around) return [ANYWHERE]
    const calls = this.#callsOf.get(around) ?? []
    let contexts: Context[] = calls.map(call => ({ ...ANYWHERE, calls: new Map([[around, call]]) }))
    if (contexts.length === 0) contexts = [ANYWHERE]
    for (const declarator of this.#declaratorsIn(around)) {
      if (field(declarator, 'id')?.type !== 'ArrayPattern') continue
      contexts = contexts.flatMap(context => {
        const rows = this.possible(field(declarator, 'init'), context).filter(row => row !== undefined)
        if (rows.length === 0 || rows.some(({ type }) => type !== 'ArrayExpression')) return [context]
        return rows.map(row => ({ ...context, rows: new Map([...context.rows, [declarator, row]]) }))
      })
    }
    return contexts
  }

  /** What an expression can stand for: literals, templates, tables, functions; undefined for what can't be told. */
  possible(node: Node | undefined, context: Context, depth = 0): readonly (Node | undefined)[] {
    if (!node || depth > MAX_DEPTH) return [undefined]
    const go = (next: Node | undefined) => this.possible(next, context, depth + 1)
    switch (node.type) {
      case 'Identifier':
        return node.name === 'undefined' ? [] : this.#possibleOfName(node, context, depth)
      case 'NullLiteral':
      case 'BooleanLiteral':
        return []
      case 'ConditionalExpression':
        return [...go(field(node, 'consequent')), ...go(field(node, 'alternate'))]
      case 'LogicalExpression':
        return [...go(field(node, 'left')).filter(passes(node.operator)), ...go(field(node, 'right'))]
      case 'TSAsExpression':
      case 'TSSatisfiesExpression':
      case 'ParenthesizedExpression':
        return go(field(node, 'expression'))
      case 'AwaitExpression':
        return go(field(node, 'argument'))
      case 'MemberExpression':
      case 'OptionalMemberExpression':
        return go(field(node, 'object')).flatMap(table => this.#membersOf(table, node, context, depth))
      case 'CallExpression':
      case 'OptionalCallExpression':
        return this.#possibleOfCall(node, context, depth)
      default:
        return [node]
    }
  }

  #possibleOfCall(call: Node, context: Context, depth: number): readonly (Node | undefined)[] {
    const callee = field(call, 'callee')
    if (nameOf(field(callee, 'property')) === 'find') {
      return this.possible(field(callee, 'object'), context, depth + 1).flatMap(itemsOf)
    }
    const target = this.#functionCalled(call)
    const targets = target ? [target] : this.possible(callee, context, depth + 1)
    return targets.flatMap(each => {
      if (!each || !FUNCTIONS.includes(each.type)) return [undefined]
      const inside = { ...context, calls: new Map([...context.calls, [each, call]]) }
      return this.#returnsOf(each).flatMap(value => this.possible(value, inside, depth + 1))
    })
  }

  #returnsOf(target: Node): readonly (Node | undefined)[] {
    const body = field(target, 'body')
    if (body?.type !== 'BlockStatement') return [body]
    const nodes = this.#moduleOf.get(target)?.nodes ?? []
    const own = nodes.filter(
      node => node.type === 'ReturnStatement' && this.enclosingFunction(node) === target,
    )
    return own.map(node => field(node, 'argument'))
  }

  #possibleOfName(node: Node, context: Context, depth: number): readonly (Node | undefined)[] {
    const name = nameOf(node)
    for (let around = this.enclosingFunction(node); around; around = this.enclosingFunction(around)) {
      const found = this.#possibleIn(around, name, context, depth)
      if (found) return found
    }
    const module = this.#moduleOf.get(node)
    const found = module && this.#possibleIn(module.root, name, context, depth)
    if (found) return found
    const imported = module && this.#imported(module, name)
    return (imported && this.#possibleIn(imported.module.root, imported.name, context, depth)) ?? [undefined]
  }

  /** Undefined where this function, or the top of this module, declares no such name. */
  #possibleIn(scope: Node, name: string, context: Context, depth: number) {
    const declared = this.#declaratorsIn(scope).flatMap(declarator => {
      const values = context.rows.has(declarator)
        ? [context.rows.get(declarator)]
        : this.possible(field(declarator, 'init'), context, depth + 1)
      return this.#takeApart(field(declarator, 'id'), values, name, context, depth) ?? []
    })
    if (declared.length > 0) return declared
    for (const [index, parameter] of fields(scope, 'params').entries()) {
      const given = () => this.#argumentsFor(scope, index, context, depth)
      if (!parameter || !bindsName(parameter, name)) continue
      return this.#takeApart(parameter, given(), name, context, depth)
    }
    const module = this.#moduleOf.get(scope)
    const target = scope.type === 'Program' && module ? this.#functionNamed(module, name) : undefined
    return target && [target]
  }

  #argumentsFor(target: Node, index: number, context: Context, depth: number): readonly (Node | undefined)[] {
    const call = context.calls.get(target)
    const calls = call ? [call] : (this.#callsOf.get(target) ?? [])
    // Outside of the call that is looked at, the caller's own caller can be any.
    const outside = { ...context, calls: new Map([...context.calls].filter(([each]) => each !== target)) }
    if (calls.length === 0) return [undefined]
    return calls.flatMap(each => {
      const given = fields(each, 'arguments')[index]
      return given ? this.possible(given, outside, depth + 1) : []
    })
  }

  /** What a pattern gives to a name out of these values; undefined where it does not bind it. */
  #takeApart(
    pattern: Node | undefined,
    values: readonly (Node | undefined)[],
    name: string,
    context: Context,
    depth: number,
  ): readonly (Node | undefined)[] | undefined {
    if (!pattern || !bindsName(pattern, name)) return undefined
    if (pattern.type === 'Identifier') return values
    if (pattern.type === 'AssignmentPattern') {
      const all = [...values, ...this.possible(field(pattern, 'right'), context, depth + 1)]
      return this.#takeApart(field(pattern, 'left'), all, name, context, depth)
    }
    const isList = pattern.type === 'ArrayPattern'
    for (const [index, part] of fields(pattern, isList ? 'elements' : 'properties').entries()) {
      const inner = isList ? part : (field(part, 'value') ?? part)
      if (!inner || !bindsName(inner, name)) continue
      const key = isList ? index : keyOf(part)
      const items = values.flatMap(value => this.#itemOf(value, key, context, depth))
      return this.#takeApart(inner, items, name, context, depth)
    }
    return [undefined]
  }

  #itemOf(table: Node | undefined, key: string | number, context: Context, depth: number) {
    const item =
      typeof key === 'number'
        ? fields(table, 'elements')[key]
        : field(
            fields(table, 'properties').find(property => keyOf(property) === key),
            'value',
          )
    if (!table || !/^(Array|Object)Expression$/.test(table.type)) return [undefined]
    return item ? this.possible(item, context, depth + 1) : []
  }

  #membersOf(table: Node | undefined, member: Node, context: Context, depth: number) {
    const property = field(member, 'property')
    if (!member.computed) return this.#itemOf(table, nameOf(property), context, depth)
    if (property?.type === 'NumericLiteral')
      return this.#itemOf(table, Number(property.value), context, depth)
    return itemsOf(table).flatMap(item => this.possible(item, context, depth + 1))
  }

  #declaratorsIn(scope: Node): readonly Node[] {
    const isOwn = (node: Node) => (this.enclosingFunction(node) ?? this.#moduleOf.get(scope)?.root) === scope
    const nodes = this.#moduleOf.get(scope)?.nodes ?? []
    return nodes.filter(node => node.type === 'VariableDeclarator' && isOwn(node) && field(node, 'init'))
  }

  #functionCalled(call: Node): Node | undefined {
    const callee = field(call, 'callee')
    const module = this.#moduleOf.get(call)
    if (!callee || !module) return undefined
    if (callee.type === 'MemberExpression') {
      const isOwn = field(callee, 'object')?.type === 'ThisExpression'
      return isOwn ? this.#functionNamed(module, nameOf(field(callee, 'property'))) : undefined
    }
    const imported = this.#imported(module, nameOf(callee))
    return imported
      ? this.#functionNamed(imported.module, imported.name)
      : this.#functionNamed(module, nameOf(callee))
  }

  #functionNamed(module: Module, name: string): Node | undefined {
    if (name === '') return undefined
    return module.nodes.find(node => {
      if (!FUNCTIONS.includes(node.type)) return false
      const around = module.parents.get(node)
      const own = nameOf(field(node, 'id')) || nameOf(field(node, 'key'))
      return own === name || (around?.type === 'VariableDeclarator' && nameOf(field(around, 'id')) === name)
    })
  }

  #imported(module: Module, name: string): { module: Module; name: string } | undefined {
    for (const statement of fields(module.root, 'body')) {
      if (statement?.type !== 'ImportDeclaration') continue
      const one = fields(statement, 'specifiers').find(each => nameOf(field(each, 'local')) === name)
      if (!one) continue
      const file = posix.join(posix.dirname(module.file), String(field(statement, 'source')?.value))
      const target = this.modules.find(each => each.file === file)
      return target && { module: target, name: nameOf(field(one, 'imported')) }
    }
    return undefined
  }
}

/** Which values of its left side a logical expression can come to. */
function passes(operator: unknown): (value: Node | undefined) => boolean {
  if (operator === '&&') return () => false
  return value => operator === '??' || value?.type !== 'StringLiteral' || value.value !== ''
}

function bindsName(pattern: Node, name: string): boolean {
  if (pattern.type === 'Identifier') return pattern.name === name
  if (pattern.type === 'AssignmentPattern') return bindsNameIn(field(pattern, 'left'), name)
  if (pattern.type === 'ArrayPattern')
    return fields(pattern, 'elements').some(part => bindsNameIn(part, name))
  if (pattern.type !== 'ObjectPattern') return bindsNameIn(field(pattern, 'argument'), name)
  return fields(pattern, 'properties').some(part => bindsNameIn(field(part, 'value') ?? part, name))
}

function bindsNameIn(pattern: Node | undefined, name: string): boolean {
  return pattern !== undefined && bindsName(pattern, name)
}

function keyOf(property: Node | undefined): string {
  const key = field(property, 'key')
  return nameOf(key) || String(key?.value ?? '')
}

function itemsOf(table: Node | undefined): readonly (Node | undefined)[] {
  if (table?.type === 'ArrayExpression') return fields(table, 'elements')
  if (table?.type === 'ObjectExpression') {
    return fields(table, 'properties').map(property => field(property, 'value') ?? property)
  }
  return [undefined]
}
