import { SecwrapError } from '../core/errors.ts'
import { compilePattern } from '../core/pattern-program.ts'
import { shorten, suggest } from '../core/suggest.ts'
import type { Decorators, PlainType, ValueType } from '../core/types.ts'

/**
 * The decorators in the comment above an entry, without its `#`: `@required @type=url`.
 * A subset of @env-spec; lines that do not begin with `@` are prose, unknown decorators are left alone.
 *
 * @throws SecwrapError BAD_TEMPLATE for a decorator that is almost one of ours, or an unknown type.
 */
export function parseDecorators(comments: readonly string[]): Decorators {
  let decorators: Decorators = {}
  for (const comment of comments.filter(({ length }) => length <= MAX_LENGTH)) {
    for (const { name, argument } of splitDecorators(comment)) {
      decorators = { ...decorators, ...readDecorator(name, argument) }
    }
  }
  return decorators
}

/** Longer comment lines hold no decorators. */
const MAX_LENGTH = 4_096

interface Written {
  readonly name: string
  readonly argument: string | undefined
}

/** `@a @b=c(d e)`: an argument in parentheses may hold white space. */
function splitDecorators(comment: string): readonly Written[] {
  const written: Written[] = []
  let rest = comment.trim()
  while (rest.startsWith('@')) {
    const [, name = '', equals] = /^@([\w-]*)(=?)/.exec(rest) ?? []
    const start = 1 + name.length + (equals ? 1 : 0)
    const end = equals ? findArgumentEnd(rest, start) : start
    written.push({ name, argument: equals ? rest.slice(start, end) : undefined })
    rest = rest.slice(end).trimStart()
  }
  return written
}

function findArgumentEnd(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    const character = text[at] ?? ''
    if (character === '\\') at++
    else if (character === '(') depth++
    else if (character === ')') depth--
    else if (depth === 0 && /\s/.test(character)) return at
  }
  return text.length
}

const FLAGS: Readonly<Record<string, (on: boolean) => Decorators>> = {
  required: on => ({ required: on }),
  optional: on => ({ required: !on }),
  sensitive: on => ({ sensitive: on }),
  public: on => ({ sensitive: !on }),
}

function readDecorator(name: string, argument: string | undefined): Decorators {
  if (name === 'type') return { type: parseType(argument ?? '') }
  const flag = Object.hasOwn(FLAGS, name) ? FLAGS[name] : undefined
  if (flag && (argument === undefined || argument === 'true')) return flag(true)
  if (flag && argument === 'false') return flag(false)
  if (flag) throw new SecwrapError('BAD_TEMPLATE', `@${name} takes no value other than true or false`)
  const meant = suggest(name, [...Object.keys(FLAGS), 'type'])
  if (meant === undefined) return {}
  throw new SecwrapError('BAD_TEMPLATE', `unknown decorator @${shorten(name)}`, { hint: `@${meant}` })
}

const PLAIN_TYPES: readonly PlainType[] = [
  'string',
  'number',
  'integer',
  'boolean',
  'url',
  'email',
  'port',
  'ip',
  'uuid',
  'duration',
]

function parseType(written: string): ValueType {
  const [, name = written, argument] = /^(\w*)\(([\s\S]*)\)$/.exec(written) ?? []
  const plain = PLAIN_TYPES.find(type => type === name)
  if (plain && argument === undefined) return { name: plain }
  if (name === 'enum' && argument) return { name, values: argument.split(',').map(value => value.trim()) }
  if (name === 'matches' && argument) return { name, pattern: checkPattern(argument) }
  throw new SecwrapError('BAD_TEMPLATE', `unknown type @type=${shorten(written)}`, {
    hint: hintForType(name),
  })
}

function hintForType(name: string): string {
  if (name === 'enum') return '@type=enum(debug,info)'
  if (name === 'matches') return '@type=matches(^[a-z]+$)'
  const meant = suggest(name, [...PLAIN_TYPES, 'enum', 'matches'])
  return meant ? `@type=${meant}` : `types: ${PLAIN_TYPES.join(', ')}, enum(a,b), matches(regex)`
}

function checkPattern(pattern: string): string {
  try {
    compilePattern(pattern)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new SecwrapError('BAD_TEMPLATE', `the pattern of @type=matches(…) ${error.message}`)
  }
  return pattern
}
