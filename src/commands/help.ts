/** What `--help` prints, for a terminal of 80 columns. */
import { type Flag, longName } from './flags.ts'
import type { Command } from './index.ts'

const WIDTH = 80

export function formatOverview(commands: readonly Command[]): string {
  const rows = commands.map(({ command, describe }): Row => [command, describe])
  return `secwrap COMMAND [flags]

Run a command with its secrets in the environment, and leave no copy of them
behind.

Commands:
${formatRows(rows, columnOf(rows))}

secwrap COMMAND --help shows a command's flags and an example.
secwrap --version shows the version.
`
}

export function formatHelp({ usage, describe, example }: Command, flags: readonly Flag[]): string {
  const all = [...flags, HELP]
  const rows = new Map(all.map(flag => [flag, [labelOf(flag), describeFlag(flag)] as const]))
  const column = columnOf([...rows.values()])
  const sections = listGroups(all).map(group => {
    const own = [...rows].filter(([flag]) => flag.group === group).map(([, row]) => row)
    return `${group ?? 'Flags'}:\n${formatRows(own, column)}\n`
  })
  const rule = flags.length === 0 ? [] : [VARIABLE_RULE]
  return [`secwrap ${usage}\n`, `${describe}.\n`, ...sections, `Example:\n  ${example}\n`, ...rule].join('\n')
}

const VARIABLE_RULE = 'Every flag is a variable, too: SECWRAP_LOG_LEVEL=debug for --log-level debug.\n'
const GENERAL = 'General'

/** In the order of their first flags; what every command has comes last. */
function listGroups(flags: readonly Flag[]): readonly (string | undefined)[] {
  const groups = new Set(flags.map(({ group }) => group))
  groups.delete(GENERAL)
  return [...groups, GENERAL]
}

const HELP: Flag = { name: 'help', alias: 'h', type: 'boolean', group: GENERAL, describe: 'Show this help' }

function labelOf(flag: Flag): string {
  const { alias, type, argument = 'VALUE', choices } = flag
  const short = alias === undefined ? '    ' : `-${alias}, `
  const value = type !== 'boolean' ? ` ${argument}` : choices ? `[=${choices.join('|')}]` : ''
  return `${short}${longName(flag)}${value}`
}

function describeFlag({ type, describe, default: value, choices }: Flag): string {
  const said = choices && type !== 'boolean' ? `${describe}: ${choices.join(', ')}` : describe
  return value === undefined || typeof value === 'boolean' ? said : `${said} [${value}]`
}

type Row = readonly [label: string, text: string]

function columnOf(rows: readonly Row[]): number {
  return Math.max(...rows.map(([label]) => label.length)) + 4
}

/** Two columns; what does not fit on a line goes on below itself. */
function formatRows(rows: readonly Row[], column: number): string {
  const lines = rows.flatMap(([label, text]) => {
    const [first = '', ...others] = wrap(text, WIDTH - column)
    return [`  ${label}`.padEnd(column) + first, ...others.map(line => ' '.repeat(column) + line)]
  })
  return lines.join('\n')
}

function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}
