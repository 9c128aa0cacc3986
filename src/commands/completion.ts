import { SecwrapError } from '../core/errors.ts'
import { writeAll } from '../core/log.ts'
import type { Flag, FlagValues } from './flags.ts'
import { COMMANDS } from './index.ts'

export const flags: readonly Flag[] = []

/** What a script needs to know: each command with its help line and its flags. */
interface Words {
  readonly command: string
  readonly describe: string
  readonly flags: readonly Flag[]
}

const SHELLS: Readonly<Record<string, (words: readonly Words[]) => string>> = { bash, zsh, fish }

/** Prints the completion script of a shell: `source <(secwrap completion bash)`. */
export async function handler(_: FlagValues, [shell = '']: readonly string[]): Promise<void> {
  const script = SHELLS[shell]
  if (!script) {
    const names = Object.keys(SHELLS).join(', ')
    throw new SecwrapError('BAD_USAGE', `completion takes one of ${names}`, {
      hint: 'secwrap completion bash',
    })
  }
  const words = await Promise.all(
    COMMANDS.map(async ({ command, describe, load }) => ({ command, describe, flags: (await load()).flags })),
  )
  writeAll(1, script(words))
}

function bash(words: readonly Words[]): string {
  const cases = words.map(({ command, flags }) => `    ${command}) words="${longNames(flags)}" ;;`)
  return `_secwrap() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words="" index
  for ((index = 1; index < COMP_CWORD; index++)); do
    if [[ "\${COMP_WORDS[index]}" == -- ]]; then
      _command_offset $((index + 1)) 2>/dev/null
      return
    fi
  done
  if ((COMP_CWORD == 1)); then
    words="${words.map(({ command }) => command).join(' ')} --help --version"
  else
    case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
    esac
  fi
  if [[ "$current" == -* || COMP_CWORD -eq 1 ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  else
    COMPREPLY=($(compgen -f -- "$current"))
  fi
}
complete -o filenames -F _secwrap secwrap
`
}

function zsh(words: readonly Words[]): string {
  const commands = words.map(({ command, describe }) => `    ${quote(`${command}:${describe}`)}`)
  const cases = words.map(({ command, flags }) => {
    const options = flags.map(flag =>
      quote(
        `${flag.type === 'list' ? '*' : ''}--${flag.name}[${flag.describe.replace(/[[\]:]/g, ' ')}]${flag.type === 'boolean' ? '' : ':value:_files'}`,
      ),
    )
    return `    ${command}) _arguments ${[...options, "'*::command:_normal'"].join(' ')} ;;`
  })
  return `#compdef secwrap
_secwrap() {
  local -a commands
  commands=(
${commands.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local name=$words[2]
  shift words
  (( CURRENT-- ))
  case $name in
${cases.join('\n')}
  esac
}
compdef _secwrap secwrap
`
}

function fish(words: readonly Words[]): string {
  const lines = words.flatMap(({ command, describe, flags }) => [
    `complete -c secwrap -n __fish_use_subcommand -f -a ${command} -d ${quote(describe)}`,
    ...flags.map(flag => fishFlag(command, flag)),
  ])
  return `${lines.join('\n')}\n`
}

function fishFlag(command: string, { name, alias, type, describe, choices }: Flag): string {
  const short = alias === undefined ? '' : ` -s ${alias}`
  const value = type === 'boolean' ? '' : choices ? ` -x -a ${quote(choices.join(' '))}` : ' -r'
  return `complete -c secwrap -n '__fish_seen_subcommand_from ${command}' -l ${name}${short}${value} -d ${quote(describe)}`
}

function longNames(flags: readonly Flag[]): string {
  return [...flags.map(({ name }) => `--${name}`), '--help'].join(' ')
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
