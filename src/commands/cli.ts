/** Everything but the plain form of `exec`: help, versions, typos, and the other commands. Flags by yargs. */
import yargs, { type Argv } from 'yargs'
import { SecwrapError } from '../core/errors.ts'
import { writeAll } from '../core/log.ts'
import { suggest } from '../core/suggest.ts'
import { completeFlags, parseFlagValue } from './flag-values.ts'
import type { Flag, FlagValues } from './flags.ts'
import { COMMANDS, type Command } from './index.ts'
import { type Parsed, quickParse } from './quick-parse.ts'

declare const SECWRAP_VERSION: string | undefined // set by the build

export async function runCli(
  argv: readonly string[],
  applyLogFlags: (values: FlagValues) => void,
): Promise<void> {
  const [word = '--help', ...rest] = argv
  if (word === '--version' || word === '-V') return print(`${version()}`)
  if (word === '--help' || word === '-h') return print(await overview())
  if (word === 'help')
    return print(rest[0] === undefined ? await overview() : await helpOf(findCommand(rest[0])))
  const command = findCommand(word)
  const { flags, handler } = await command.load()
  const parsed = quickParse(rest, flags) ?? parse(rest, flags)
  if (parsed.help) return print(await helpOf(command))
  const values = completeFlags(parsed.values, flags, process.env)
  applyLogFlags(values)
  await handler(values, parsed.command)
}

function findCommand(word: string): Command {
  const command = COMMANDS.find(each => each.command === word)
  if (command) return command
  const near = suggest(
    word,
    COMMANDS.map(each => each.command),
  )
  const what = word.startsWith('-') ? 'flag' : 'command'
  throw new SecwrapError('BAD_USAGE', `unknown ${what} ${word.split('=')[0]}`, {
    hint: near ? `did you mean secwrap ${near}?` : 'secwrap --help',
  })
}

// Exported for the test that compares it with quickParse over generated argv.
export function parse(argv: readonly string[], flags: readonly Flag[]): Parsed {
  const { _: words, '--': after = [], $0: _, ...given } = parseWords(argv, flags)
  const values: FlagValues = {}
  for (const [name, value] of Object.entries(given)) {
    if (name === 'help' || name === 'h') continue
    const flag = flags.find(each => each.name === name || each.alias === name)
    if (!flag) throw unknownFlag(name, flags)
    if (value !== undefined) values[flag.name] = checkValue(flag, value)
  }
  const command = [...(words as string[]), ...(after as string[])]
  return { values, command, help: given.help === true }
}

function parseWords(argv: readonly string[], flags: readonly Flag[]): Record<string, unknown> {
  try {
    return build(flags).parseSync([...argv])
  } catch (error) {
    const [, name] = /following: ([\w-]+)$/.exec((error as Error).message) ?? []
    const flag = flags.find(each => each.name === name || each.alias === name)
    throw flag ? needsValue(flag) : error
  }
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

function unknownFlag(name: string, flags: readonly Flag[]): SecwrapError {
  const near = suggest(
    name,
    flags.map(flag => flag.name),
  )
  const shown = name.length === 1 ? `-${name}` : `--${name}`
  return new SecwrapError('BAD_USAGE', `unknown flag ${shown}`, {
    hint: near
      ? `did you mean --${near}? To pass it to the command, put -- before the command`
      : 'secwrap exec --help',
  })
}

/** yargs, told to guess nothing: `007` stays text, and the words after the first that is no flag are the command's. */
function build(flags: readonly Flag[]): Argv {
  let parser = yargs().help(false).version(false).exitProcess(false).fail(false).option('help', {
    alias: 'h',
    type: 'boolean',
    describe: 'Show this help',
  })
  parser = parser.parserConfiguration({
    'populate--': true,
    'short-option-groups': false,
    'halt-at-non-option': true,
    'parse-numbers': false,
    'parse-positional-numbers': false,
    'camel-case-expansion': false,
    'dot-notation': false,
    'greedy-arrays': false,
    'strip-aliased': true,
  })
  for (const flag of flags) {
    parser = parser.option(flag.name, {
      describe: describeFlag(flag),
      ...(flag.alias !== undefined && { alias: flag.alias }),
      ...(flag.type === 'boolean' ? { boolean: true } : { string: true, nargs: 1 }),
    })
  }
  return parser
}

function describeFlag({ describe, default: value, choices }: Flag): string {
  const shown = choices ? ` (${choices.join(', ')})` : ''
  return value === undefined || value === false ? `${describe}${shown}` : `${describe}${shown} [${value}]`
}

async function helpOf(command: Command): Promise<string> {
  const { flags } = await command.load()
  return `${await build(flags).usage(`secwrap ${command.usage}\n\n${command.describe}`).wrap(80).getHelp()}\n`
}

async function overview(): Promise<string> {
  const width = Math.max(...COMMANDS.map(({ command }) => command.length)) + 2
  const rows = COMMANDS.map(({ command, describe }) => `  ${command.padEnd(width)}${describe}`)
  return `secwrap [command] [flags]

Run a command with its secrets in the environment, and leave no copy of them behind.

Commands:
${rows.join('\n')}

secwrap help COMMAND shows a command's flags. --version shows the version.
`
}

function version(): string {
  return typeof SECWRAP_VERSION === 'string' ? SECWRAP_VERSION : 'from source'
}

function print(text: string): void {
  writeAll(1, text.endsWith('\n') ? text : `${text}\n`)
}
