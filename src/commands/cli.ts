/** Everything but the plain form of `exec`: help, versions, typos, and the other commands. */
import { SecwrapError } from '../core/errors.ts'
import { writeAll } from '../core/log.ts'
import { suggest } from '../core/suggest.ts'
import { takeCaller } from './caller.ts'
import { completeFlags } from './flag-values.ts'
import type { FlagValues } from './flags.ts'
import { formatHelp, formatOverview } from './help.ts'
import { COMMANDS, type Command } from './index.ts'
import { parseArguments } from './parse-arguments.ts'
import { versionOf } from './version.ts'

export async function runCli(
  argv: readonly string[],
  applyLogFlags: (values: FlagValues) => void,
): Promise<void> {
  takeCaller(process.env)
  const [word = '--help', ...rest] = argv
  if (word === '--version' || word === '-V') return print(versionOf())
  if (word === '--help' || word === '-h') return print(formatOverview(COMMANDS))
  if (word === 'help')
    return print(rest[0] === undefined ? formatOverview(COMMANDS) : await helpOf(findCommand(rest[0])))
  const command = findCommand(word)
  const { flags, handler } = await command.load()
  const { values: given, words, help } = parseArguments(rest, flags, command)
  if (help) return print(await helpOf(command))
  const values = completeFlags(given, flags, process.env)
  applyLogFlags(values)
  await handler(values, words)
}

function findCommand(word: string): Command {
  const command = COMMANDS.find(each => each.command === word)
  if (command) return command
  const near = suggest(
    word,
    COMMANDS.map(each => each.command),
  )
  const shown = word.split('=')[0]
  const fact = word.startsWith('-') ? `unknown flag ${shown}` : `unknown command ${shown}`
  throw new SecwrapError('BAD_USAGE', fact, {
    hint: near ? `did you mean secwrap ${near}?` : 'secwrap --help',
  })
}

async function helpOf(command: Command): Promise<string> {
  const { flags } = await command.load()
  return formatHelp(command, flags)
}

function print(text: string): void {
  writeAll(1, text.endsWith('\n') ? text : `${text}\n`)
}
