import { broken } from './tree.ts'

/** Which values of a file are sealed. */
export interface Rules {
  /**
   * @param path - the names above and of the value.
   * @param comments - for each level of the tree, the comments since the last value.
   */
  isSealed(path: readonly string[], comments: readonly (readonly string[])[]): boolean
}

/** The rule's name in the metadata, and its text. A file has one at most. */
export interface Rule {
  readonly name: RuleName
  readonly pattern: string
}

export const RULE_NAMES = [
  'unencrypted_suffix',
  'encrypted_suffix',
  'unencrypted_regex',
  'encrypted_regex',
  'unencrypted_comment_regex',
  'encrypted_comment_regex',
] as const
export type RuleName = (typeof RULE_NAMES)[number]

/** What holds where a file names no rule. */
export const DEFAULT_RULE: Rule = { name: 'unencrypted_suffix', pattern: '_unencrypted' }

/** @throws SecwrapError BAD_VALUE for an expression that only Go understands. */
export function createRules({ name, pattern }: Rule): Rules {
  const sealsMatches = !name.startsWith('un')
  const matches = name.endsWith('suffix')
    ? (text: string) => text.endsWith(pattern)
    : createMatcher(name, pattern)
  if (name.includes('comment')) {
    return { isSealed: (_, comments) => comments.flat().some(matches) === sealsMatches }
  }
  return { isSealed: path => path.some(matches) === sealsMatches }
}

function createMatcher(name: string, pattern: string): (text: string) => boolean {
  try {
    const expression = translateExpression(pattern)
    return text => expression.test(text)
  } catch {
    throw broken(`has a ${name} that can't be read`)
  }
}

/**
 * A regular expression of Go (RE2) as one of JavaScript: flags in front, `(?P<name>…)`, `\A`, `\z`, `\pL` and
 * classes such as `[[:alpha:]]` are written differently.
 *
 * @throws SyntaxError for what has no counterpart.
 */
export function translateExpression(pattern: string): RegExp {
  const [prefix = '', flags = ''] = /^\(\?([ims]+)\)/.exec(pattern) ?? []
  const body = pattern.slice(prefix.length)
  if (/\\(?![dDwWsSbBtnrfvxpPAz])[A-Za-z\d]/.test(body)) throw new SyntaxError('unknown escape')
  const translated = body
    .replaceAll('(?P<', '(?<')
    .replaceAll(/\\([Az])/g, (_, anchor) => (anchor === 'A' ? '^' : '$'))
    .replaceAll(/\\([pP])([A-Z])/g, '\\$1{$2}')
    .replaceAll(/\\([pP])\{(\w{3,})\}/g, '\\$1{Script=$2}')
    .replaceAll(/\[:(\w+):\]/g, (posix, name) => POSIX[name] ?? posix)
  if (translated.includes('[:')) throw new SyntaxError('unknown class')
  // With `u` only where it is needed: it refuses `\-` and its like, which Go takes.
  return new RegExp(
    translated,
    translated.includes('\\p') || translated.includes('\\P') ? `u${flags}` : flags,
  )
}

const POSIX: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  digit: '0-9',
  lower: 'a-z',
  upper: 'A-Z',
  space: '\\s',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
}
