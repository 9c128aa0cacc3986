import { type Flag, longName } from '../flags.ts'
import { quote, type Words } from './words.ts'

/** Behind `--` it completes as the command itself does. */
export function fishScript(commands: readonly Words[]): string {
  const names = commands.map(({ command }) => command).join(' ')
  const lines = commands.flatMap(({ command, describe, flags, choices }) => [
    `complete -c secwrap -n __fish_use_subcommand -f -a ${command} -d ${quote(describe)}`,
    ...flags.map(flag => formatFlag(command, flag)),
    ...(choices
      ? [`complete -c secwrap -n '__secwrap_is ${command}' -f -a ${quote(choices.join(' '))}`]
      : []),
  ])
  return `function __secwrap_is
  set -l words (commandline -opc)
  test "$words[2]" = $argv[1]; and not contains -- -- $words
end
function __secwrap_command
  set -l words (commandline -opc)
  set -l at (contains -i -- -- $words); or return
  complete -C (string join ' ' -- $words[(math $at + 1)..-1] (commandline -ct))
end
complete -c secwrap -n 'contains -- -- (commandline -opc)' -x -a '(__secwrap_command)'
complete -c secwrap -n __fish_use_subcommand -f -a help -d 'Show the help of a command'
complete -c secwrap -n '__secwrap_is help' -f -a ${quote(names)}
${lines.join('\n')}
`
}

function formatFlag(command: string, flag: Flag): string {
  const { alias, type, describe, choices } = flag
  const short = alias === undefined ? '' : ` -s ${alias}`
  const words = choices ? ` -a ${quote(choices.join(' '))}` : ''
  const value = type === 'boolean' ? words && ` -f${words}` : words === '' ? ' -r' : ` -x${words}`
  const name = longName(flag).slice(2)
  return `complete -c secwrap -n '__secwrap_is ${command}' -l ${name}${short}${value} -d ${quote(describe)}`
}
