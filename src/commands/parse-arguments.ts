/** Arguments by yargs's parser: for every command, and for `exec` where quick-parse.ts gives up. */
import parser, { type Options } from 'yargs-parser'
import { SecwrapError } from '../core/errors.ts'
import { suggest } from '../core/suggest.ts'
import { parseBoolean, parseFlagValue } from './flag-values.ts'
import type { Flag, FlagValues } from './flags.ts'
import type { Command } from './index.ts'
import type { Parsed } from './quick-parse.ts'

/** What of the command table counts here. */
type Named = Partial<Pick<Command, 'command' | 'runsProgram' | 'hidesArguments'>>

/**
 * Flags and words, apart. Flags may come after words, unless the words are a program's.
 *
 * @throws SecwrapError BAD_USAGE for a flag that is not in the table, or without its value.
 */
export function parseArguments(argv: readonly string[], flags: readonly Flag[], named: Named = {}): Parsed {
  const { _: words, '--': after = [], ...given } = parseWords(argv, flags, named.runsProgram ?? false)
  const values: FlagValues = {}
  for (const [name, value] of Object.entries(given)) {
    if (name === 'help' || name === 'h') continue
    const flag = flags.find(each => each.name === name || each.alias === name)
    if (!flag) throw unknownFlag(name, flags, named)
    if (value !== undefined) values[flag.name] = checkValue(flag, value)
  }
  const all = [...(words as string[]), ...(after as string[])]
  return { values, words: all.map(word => word.replace(STANDARD_INPUT, '-:')), help: given.help === true }
}

/** What `-:target` is while the parser sees it, which would take it for a flag. No argument has a NUL byte. */
const STANDARD_INPUT = '\0:'

function parseWords(
  argv: readonly string[],
  flags: readonly Flag[],
  runsProgram: boolean,
): Record<string, unknown> {
  const plain = argv.map(word => plainBoolean(word.replace(/^-:/, STANDARD_INPUT), flags))
  const { argv: parsed, error } = parser.detailed(plain, optionsOf(flags, runsProgram))
  if (!error) return parsed
  const [, name = ''] = /following: ([\w-]+)$/.exec(error.message) ?? []
  const flag = flags.find(each => each.name === name || each.alias === name)
  throw flag ? needsValue(flag) : error
}

/** `--json=no` as `--no-json`: the parser takes every value but "true" for false. */
function plainBoolean(word: string, flags: readonly Flag[]): string {
  const [name = '', text] = word.split('=', 2)
  const flag = flags.find(each => each.type === 'boolean' && name === `--${each.name}`)
  if (!flag || text === undefined) return word
  return parseBoolean(name, text) ? name : `--no-${flag.name}`
}

function checkValue(flag: Flag, value: unknown): string | number | boolean | readonly string[] {
  const given = Array.isArray(value) ? value : [value]
  if (flag.type === 'list') return given.map(item => needText(flag, item))
  const last: unknown = given.at(-1)
  return flag.type === 'boolean'
    ? last === true
    : parseFlagValue(flag, `--${flag.name}`, needText(flag, last))
}

function needText(flag: Flag, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value
  throw needsValue(flag)
}

function needsValue({ name, argument = 'VALUE' }: Flag): SecwrapError {
  return new SecwrapError('BAD_USAGE', `--${name} needs a value`, { hint: `--${name} ${argument}` })
}

function unknownFlag(
  name: string,
  flags: readonly Flag[],
  { command, runsProgram, hidesArguments }: Named,
): SecwrapError {
  const names = ['help', ...flags.map(flag => flag.name)]
  const near = suggest(name, names)
  const help = command === undefined ? 'secwrap help' : `secwrap help ${command}`
  const hint = near ? `did you mean --${near}?` : help
  const shown = name.length === 1 ? `-${name}` : `--${name}`
  return new SecwrapError('BAD_USAGE', hidesArguments ? 'unknown flag' : `unknown flag ${shown}`, {
    hint: runsProgram ? `${hint}${near ? ' Flags' : '; flags'} of the command come after --` : hint,
  })
}

/** The parser is told to guess nothing: `007` stays text. */
function optionsOf(flags: readonly Flag[], runsProgram: boolean): Partial<Options> {
  const takingValues = flags.filter(({ type }) => type !== 'boolean').map(({ name }) => name)
  const booleans = flags.filter(({ type }) => type === 'boolean').map(({ name }) => name)
  return {
    alias: { help: 'h', ...Object.fromEntries(flags.map(({ name, alias }) => [name, alias ?? []])) },
    boolean: ['help', ...booleans],
    string: takingValues,
    narg: Object.fromEntries(takingValues.map(name => [name, 1])),
    configuration: {
      'populate--': true,
      'short-option-groups': false,
      'halt-at-non-option': runsProgram,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'greedy-arrays': false,
      'strip-aliased': true,
    },
  }
}
