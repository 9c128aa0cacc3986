import { type Flag, longNames } from '../flags.ts'
import type { Words } from './words.ts'

/** Works without the package bash-completion; with it, `exec --` completes as the command itself does. */
export function bashScript(commands: readonly Words[]): string {
  const names = commands.map(({ command }) => command).join(' ')
  return `_secwrap() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD - 1]}" words="" index
  for ((index = 2; index < COMP_CWORD; index++)); do
    [[ "\${COMP_WORDS[index]}" == -- ]] || continue
    if declare -F _command_offset >/dev/null; then
      _command_offset $((index + 1))
    elif ((index + 1 == COMP_CWORD)); then
      COMPREPLY=($(compgen -c -- "$current"))
    else
      COMPREPLY=($(compgen -f -- "$current"))
    fi
    return
  done
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W "${names} help --help --version" -- "$current"))
    return
  fi
  if [[ "$current" == = ]]; then
    previous+="=" current=""
  elif [[ "$previous" == = ]]; then
    previous="\${COMP_WORDS[COMP_CWORD - 2]}="
  fi
  case "\${COMP_WORDS[1]}" in
    help) words="${names}" ;;
${commands.map(formatCommand).join('\n')}
  esac
  case "$previous" in
${formatChoices(commands.flatMap(({ flags }) => flags))}
  esac
  if [[ -n "$words" ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  fi
  if [[ -z "\${COMPREPLY[*]}" && "$current" != -* ]]; then
    COMPREPLY=($(compgen -f -- "$current"))
  fi
}
complete -o filenames -F _secwrap secwrap
`
}

/** Flags only where one is begun, so that files stay in reach. */
function formatCommand({ command, flags, choices = [] }: Words): string {
  const names = [...flags.flatMap(longNames), '--help'].join(' ')
  const others = choices.length > 0 ? `; words="${choices.join(' ')}"` : ''
  return `    ${command}) if [[ "$current" == -* ]]; then words="${names}"${others && `; else${others.slice(1)}`}; fi ;;`
}

function formatChoices(flags: readonly Flag[]): string {
  const lines = flags.flatMap(({ name, type, choices }) =>
    type === 'boolean' && !choices
      ? []
      : [`    ${type === 'boolean' ? '' : `--${name}|`}--${name}=) words="${choices?.join(' ') ?? ''}" ;;`],
  )
  return [...new Set(lines)].join('\n')
}
