/** Arguments by yargs's parser: for every command, and for `exec` where quick-parse.ts gives up. */
import parser, { type Options } from 'yargs-parser'
import { SecwrapError } from '../core/errors.ts'
import { suggest } from '../core/suggest.ts'
import { parseFlagValue, parseSwitch } from './flag-values.ts'
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
  return { values, words: all.map(restore), help: given.help === true }
}

/** What `-:target` is while the parser sees it, which would take it for a flag. No argument has a NUL byte. */
const STANDARD_INPUT = '\0:'
const ON = '\0on'
const OFF = '\0off'

function parseWords(
  argv: readonly string[],
  flags: readonly Flag[],
  runsProgram: boolean,
): Record<string, unknown> {
  const plain = argv.map(word => spellOut(word.replace(/^-:/, STANDARD_INPUT), flags))
  const { argv: parsed, error } = parser.detailed(plain, optionsOf(flags, runsProgram))
  if (!error) return parsed
  const [, name = ''] = /following: ([\w-]+)$/.exec(error.message) ?? []
  const flag = flags.find(each => each.name === name || each.alias === name)
  throw flag ? needsValue(flag) : error
}

/** A boolean with its value, so that the parser need not know that it may stand without. Words of a program get one, too. */
function spellOut(word: string, flags: readonly Flag[]): string {
  for (const { type, name, alias } of flags) {
    if (type !== 'boolean') continue
    if (word === `--${name}` || (alias && word === `-${alias}`)) return `${word}=${ON}`
    if (word === `--no-${name}`) return `--${name}=${OFF}`
  }
  return word
}

/** As it was given. */
function restore(word: string): string {
  if (word.endsWith(`=${ON}`)) return word.slice(0, -`=${ON}`.length)
  if (word.endsWith(`=${OFF}`)) return word.slice(0, -`=${OFF}`.length).replace('--', '--no-')
  return word.replace(STANDARD_INPUT, '-:')
}

function checkValue(flag: Flag, value: unknown): string | number | boolean | readonly string[] {
  const given = Array.isArray(value) ? value : [value]
  if (flag.type === 'list') return given.map(item => needText(flag, item))
  const last: unknown = given.at(-1)
  if (flag.type !== 'boolean') return parseFlagValue(flag, `--${flag.name}`, needText(flag, last))
  return last === ON || (last !== OFF && parseSwitch(flag, `--${flag.name}`, String(last)))
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
  const names = flags.map(({ name }) => name)
  return {
    alias: { help: 'h', ...Object.fromEntries(flags.map(({ name, alias }) => [name, alias ?? []])) },
    boolean: ['help'],
    string: names,
    narg: Object.fromEntries(names.map(name => [name, 1])),
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
