/** What an expression in our sources can stand for, across functions and files. */
import { posix } from 'node:path'
import { FUNCTIONS, field, fields, type Module, type Node, nameOf } from './syntax-tree.ts'

/** Where a function is looked at as called from one place, and a table as being at one row. */
export interface Context {
  readonly calls: ReadonlyMap<Node, Node> // function → call
  readonly rows: ReadonlyMap<Node, Node> // declarator → one of what its initial value can be
}

/** Undefined is what can't be told. */
type Values = readonly (Node | undefined)[]

export const ANYWHERE: Context = { calls: new Map(), rows: new Map() }

const MAX_CALLS = 4

const OWN: readonly string[] = ['VariableDeclarator', 'ReturnStatement']

/** All modules, and the ways between them. */
export class Program {
  readonly modules: readonly Module[]
  readonly #moduleOf = new Map<Node, Module>()
  readonly #callsOf = new Map<Node, Node[]>()
  readonly #contexts = new Map<string, Context>()
  readonly #ids = new Map<Node, number>()
  readonly #known = new WeakMap<Context, Map<Node, Values>>()
  readonly #ownOf = new Map<Node, Node[]>() // declarators and returns by the function, or the module, around them

  constructor(modules: readonly Module[]) {
    this.modules = modules
    for (const module of modules) for (const node of module.nodes) this.#moduleOf.set(node, module)
    for (const { nodes, root } of modules) {
      for (const node of nodes) {
        if (!OWN.includes(node.type)) continue
        const scope = this.enclosingFunction(node) ?? root
        this.#ownOf.set(scope, [...(this.#ownOf.get(scope) ?? []), node])
      }
    }
    for (const node of modules.flatMap(({ nodes }) => nodes)) {
      if (!/^((Optional)?Call|New)Expression$/.test(node.type)) continue
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

  /** A context for each call of the functions around a node, and for each row of a table that they take apart. */
  contextsOf(node: Node): readonly Context[] {
    let contexts: readonly Context[] = [ANYWHERE]
    for (let around = this.enclosingFunction(node); around; around = this.enclosingFunction(around)) {
      contexts = this.#splitByRow(around, this.#splitByCall(around, contexts))
    }
    return contexts
  }

  #splitByCall(around: Node, contexts: readonly Context[]): readonly Context[] {
    const calls = this.#callsOf.get(around) ?? []
    if (calls.length === 0) return contexts
    return contexts.flatMap(({ rows, calls: others }) =>
      calls.map(call => this.#contextWith(rows, [...others, [around, call]])),
    )
  }

  #splitByRow(around: Node, contexts: readonly Context[]): readonly Context[] {
    const declarators = this.#declaratorsIn(around).filter(node =>
      /^(Array|Object)Pattern$/.test(field(node, 'id')?.type ?? ''),
    )
    return declarators.reduce(
      (all, declarator) =>
        all.flatMap(context => {
          const rows = this.possible(field(declarator, 'init'), context).filter(row => row !== undefined)
          if (rows.length === 0 || rows.some(({ type }) => !/^(Array|Object)Expression$/.test(type)))
            return [context]
          return rows.map(row =>
            this.#contextWith(new Map([...context.rows, [declarator, row]]), [...context.calls]),
          )
        }),
      contexts,
    )
  }

  /** What an expression can stand for: literals, templates, tables, functions; undefined for what can't be told. */
  possible(node: Node | undefined, context: Context): Values {
    if (!node) return [undefined]
    const known = this.#known.get(context) ?? new Map<Node, Values>()
    this.#known.set(context, known)
    const before = known.get(node)
    if (before) return before
    known.set(node, [undefined]) // for what comes round to itself
    const values = [...new Set(this.#work(node, context))]
    known.set(node, values)
    return values
  }

  #work(node: Node, context: Context): Values {
    const go = (next: Node | undefined) => this.possible(next, context)
    switch (node.type) {
      case 'Identifier':
        return node.name === 'undefined' ? [] : this.#possibleOfName(node, context)
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
        return go(field(node, 'object')).flatMap(table => this.#membersOf(table, node, context))
      case 'CallExpression':
      case 'OptionalCallExpression':
        return this.#possibleOfCall(node, context)
      default:
        return [node]
    }
  }

  /** Equal contexts are one, so that whatever comes round to itself is noticed. */
  #contextWith(rows: Context['rows'], calls: readonly (readonly [Node, Node])[]): Context {
    if (rows.size === 0 && calls.length === 0) return ANYWHERE
    const key = [...rows, ...calls]
      .map(pair => pair.map(node => this.#idOf(node)).join())
      .sort()
      .join(' ')
    const context = this.#contexts.get(key) ?? { rows, calls: new Map(calls) }
    this.#contexts.set(key, context)
    return context
  }

  #idOf(node: Node): number {
    const id = this.#ids.get(node) ?? this.#ids.size
    this.#ids.set(node, id)
    return id
  }

  #possibleOfCall(call: Node, context: Context): Values {
    const callee = field(call, 'callee')
    if (nameOf(field(callee, 'property')) === 'find') {
      return this.possible(field(callee, 'object'), context).flatMap(table => this.#itemsOf(table, context))
    }
    const target = this.#functionCalled(call)
    const targets = target ? [target] : this.possible(callee, context)
    return targets.flatMap(each => {
      if (!each || !FUNCTIONS.includes(each.type)) return [undefined]
      if (context.calls.has(each) || context.calls.size >= MAX_CALLS) return [undefined]
      const inside = this.#contextWith(context.rows, [...context.calls, [each, call]])
      return this.#returnsOf(each).flatMap(value => this.possible(value, inside))
    })
  }

  #returnsOf(target: Node): Values {
    const body = field(target, 'body')
    if (body?.type !== 'BlockStatement') return [body]
    const own = this.#ownOf.get(target) ?? []
    return own.filter(({ type }) => type === 'ReturnStatement').map(node => field(node, 'argument'))
  }

  #possibleOfName(node: Node, context: Context): Values {
    const name = nameOf(node)
    for (let around = this.enclosingFunction(node); around; around = this.enclosingFunction(around)) {
      const found = this.#possibleIn(around, name, context)
      if (found) return found
    }
    const module = this.#moduleOf.get(node)
    const found = module && this.#possibleIn(module.root, name, context)
    if (found) return found
    const imported = module && this.#imported(module, name)
    return (imported && this.#possibleIn(imported.module.root, imported.name, context)) ?? [undefined]
  }

  /** Undefined where this function, or the top of this module, declares no such name. */
  #possibleIn(scope: Node, name: string, context: Context) {
    const declared = this.#declaratorsIn(scope).flatMap(declarator => {
      const row = context.rows.get(declarator)
      const values = row ? [row] : this.#valuesOf(declarator, context)
      return this.#takeApart(field(declarator, 'id'), values, name, context) ?? []
    })
    if (declared.length > 0) return declared
    for (const [index, parameter] of fields(scope, 'params').entries()) {
      const given = () => this.#argumentsFor(scope, index, context)
      if (!parameter || !bindsName(parameter, name)) continue
      return this.#takeApart(parameter, given(), name, context)
    }
    const module = this.#moduleOf.get(scope)
    const target = scope.type === 'Program' && module ? this.#functionNamed(module, name) : undefined
    return target && [target]
  }

  /** Of `const x = …`, and of `for (const x of …)`. */
  #valuesOf(declarator: Node, context: Context): Values {
    const initial = field(declarator, 'init')
    if (initial) return this.possible(initial, context)
    const list = field(this.#loopOf(declarator), 'right')
    const items = this.possible(list, context).flatMap(table => this.#itemsOf(table, context))
    return items.flatMap(item => this.possible(item, context))
  }

  #loopOf(declarator: Node): Node | undefined {
    const declaration = this.parentOf(declarator)
    const loop = declaration && this.parentOf(declaration)
    return loop?.type === 'ForOfStatement' && field(loop, 'left') === declaration ? loop : undefined
  }

  #argumentsFor(target: Node, index: number, context: Context): Values {
    const call = context.calls.get(target)
    const calls = call ? [call] : (this.#callsOf.get(target) ?? [])
    // Outside of the call that is looked at, the caller's own caller can be any.
    const outside = this.#contextWith(
      context.rows,
      [...context.calls].filter(([each]) => each !== target),
    )
    if (calls.length === 0) return [undefined]
    return calls.flatMap(each => {
      const given = fields(each, 'arguments')[index]
      return given ? this.possible(given, outside) : []
    })
  }

  /** What a pattern gives to a name out of these values; undefined where it does not bind it. */
  #takeApart(pattern: Node | undefined, values: Values, name: string, context: Context): Values | undefined {
    if (!pattern || !bindsName(pattern, name)) return undefined
    if (pattern.type === 'Identifier') return values
    if (pattern.type === 'AssignmentPattern') {
      const all = [...values, ...this.possible(field(pattern, 'right'), context)]
      return this.#takeApart(field(pattern, 'left'), all, name, context)
    }
    const isList = pattern.type === 'ArrayPattern'
    for (const [index, part] of fields(pattern, isList ? 'elements' : 'properties').entries()) {
      const inner = isList ? part : (field(part, 'value') ?? part)
      if (!inner || !bindsName(inner, name)) continue
      const key = isList ? index : keyOf(part)
      const items = values.flatMap(value => this.#itemOf(value, key, context))
      return this.#takeApart(inner, items, name, context)
    }
    return [undefined]
  }

  #itemOf(table: Node | undefined, key: string | number, context: Context) {
    const item =
      typeof key === 'number'
        ? fields(table, 'elements')[key]
        : field(
            fields(table, 'properties').find(property => keyOf(property) === key),
            'value',
          )
    if (!table || !/^(Array|Object)Expression$/.test(table.type)) return [undefined]
    return item ? this.possible(item, context) : []
  }

  #membersOf(table: Node | undefined, member: Node, context: Context) {
    const property = field(member, 'property')
    if (!member.computed) return this.#itemOf(table, nameOf(property), context)
    if (property?.type === 'NumericLiteral') return this.#itemOf(table, Number(property.value), context)
    return this.#itemsOf(table, context).flatMap(item => this.possible(item, context))
  }

  #itemsOf(table: Node | undefined, context: Context): Values {
    if (table?.type === 'ObjectExpression') {
      return fields(table, 'properties').map(property => field(property, 'value') ?? property)
    }
    if (table?.type !== 'ArrayExpression') return [undefined]
    return fields(table, 'elements').flatMap(item => {
      if (item?.type !== 'SpreadElement') return [item]
      const lists = this.possible(field(item, 'argument'), context)
      return lists.flatMap(list => this.#itemsOf(list, context))
    })
  }

  #declaratorsIn(scope: Node): readonly Node[] {
    const own = this.#ownOf.get(scope) ?? []
    return own.filter(
      node => node.type === 'VariableDeclarator' && (field(node, 'init') ?? this.#loopOf(node)),
    )
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
    return name === '' ? undefined : module.functions.get(name)
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
