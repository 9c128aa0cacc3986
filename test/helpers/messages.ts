/**
 * Every message that our sources can give, with `…` for what a run puts in: `… does not exist`. A value that is
 * put in counts as part of the message where it is words of ours, that is, where it has a space in it.
 */
import type { Context, Program } from './program.ts'
import { field, fields, type Node, nameOf } from './syntax-tree.ts'

export interface Message {
  readonly code: string // NOT_FOUND; WARNING for a warning
  readonly text: string
  readonly file: string
}

/** No words of ours: such a message only passes another one on, or shows a template's own text. */
export function isWordless({ text }: Message): boolean {
  return !/[a-z]/i.test(text)
}

/** What is thrown as a SecwrapError, warned of or logged, once each, by code and text. */
export function findMessages(program: Program): readonly Message[] {
  const all = program.modules
    .flatMap(({ nodes }) => nodes)
    .flatMap(node => {
      const said = saidBy(node)
      return said ? messagesOf(program, node, said) : []
    })
  const byKey = new Map(
    all.map(message => [`${message.code} ${isWordless(message) ? message.file : message.text}`, message]),
  )
  return [...byKey.values()]
}

interface Said {
  readonly code: Node | string | undefined
  readonly message: Node | undefined
}

function saidBy(node: Node): Said | undefined {
  const [first, second] = fields(node, 'arguments')
  const callee = field(node, 'callee')
  if (node.type === 'NewExpression' && nameOf(callee) === 'SecwrapError')
    return { code: first, message: second }
  if (node.type === 'ObjectProperty' && nameOf(field(node, 'key')) === 'warning') {
    return { code: 'WARNING', message: field(node, 'value') }
  }
  if (node.type === 'ObjectExpression' && fieldOf(node, 'type')?.value === 'log') {
    return { code: 'WARNING', message: fieldOf(node, 'text') } // a supervisor's action
  }
  if (node.type !== 'CallExpression') return undefined
  const name = nameOf(callee) || nameOf(field(callee, 'property'))
  const isWarnings = name === 'push' && subjectOf(field(callee, 'object')) === 'warnings'
  if (name === 'warn' || isWarnings) return { code: 'WARNING', message: first }
  if (name === 'log' && first?.value === 'error') return { code: 'BUG', message: second }
  if (name === 'log' && first?.value !== 'hint') return { code: 'WARNING', message: second }
  return undefined
}

function fieldOf(table: Node, name: string): Node | undefined {
  const property = fields(table, 'properties').find(each => nameOf(field(each, 'key')) === name)
  return field(property, 'value')
}

function messagesOf(program: Program, node: Node, { code, message }: Said): readonly Message[] {
  return program.contextsOf(node).flatMap(context => {
    const [call = node] = context.calls.values() // the words are there
    const file = program.fileOf(call)
    const codes = typeof code === 'string' ? [code] : textsOf(program, code, context)
    return textsOf(program, message, context).flatMap(text =>
      codes.map(each => ({ code: each, text: withoutPlace(text), file })),
    )
  })
}

// A place or a reference in front, and `[BUG]` behind.
function withoutPlace(text: string): string {
  return text.replace(/^(?:…:)?(?:…: )+/, '').replace(/ \[BUG\]$/, '')
}

/** The texts that an expression can come to. */
function textsOf(program: Program, node: Node | undefined, context: Context): readonly string[] {
  const texts = program.possible(node, context).flatMap(value => {
    if (value?.type === 'StringLiteral') return [String(value.value)]
    if (value?.type === 'TemplateLiteral') return fill(program, value, context)
    return ['…']
  })
  return [...new Set(texts)]
}

function fill(program: Program, template: Node, context: Context): readonly string[] {
  const expressions = fields(template, 'expressions')
  let texts = ['']
  for (const [index, quasi] of fields(template, 'quasis').entries()) {
    const raw = (quasi?.value as { cooked?: string } | undefined)?.cooked ?? ''
    const inside = index < expressions.length ? wordsOf(program, expressions[index], context) : ['']
    texts = texts.flatMap(text => inside.map(words => text + raw + words))
  }
  return texts
}

/** Who or what is asked, by which setting, and the codes of others: `…` on the page, whatever they come to. */
const SUBJECTS: readonly string[] = [
  'store',
  'source',
  'setting',
  'code',
  'name',
  'path',
  'raw',
  'uri',
  'what',
]

/** What stands for an expression in a message: our words, else `…`. */
function wordsOf(program: Program, node: Node | undefined, context: Context): readonly string[] {
  if (SUBJECTS.includes(subjectOf(node))) return ['…']
  const texts = textsOf(program, node, context)
  if (!texts.some(text => /[a-z] | [a-z]/i.test(text))) return ['…']
  return [...new Set(texts.map(text => (text === '' || text.includes(' ') ? text : '…')))]
}

/** `store` of `store`, of `this.place.store` and of `store ?? 'nobody'`. */
function subjectOf(node: Node | undefined): string {
  return nameOf(field(node, 'property') ?? field(node, 'left') ?? node)
}
