import { type Flag, longName } from '../flags.ts'
import { quote, type Words } from './words.ts'

/** To be sourced, or put into a folder of fpath as `_secwrap`. */
export function zshScript(commands: readonly Words[]): string {
  return `#compdef secwrap
_secwrap() {
  local -a verbs
  verbs=(
${commands.map(({ command, describe }) => `    ${quote(`${command}:${describe}`)}`).join('\n')}
    'help:Show the help of a command'
  )
  if (( CURRENT == 2 )); then
    _describe command verbs
    return
  fi
  local -i at=\${words[(i)--]}
  if (( at < CURRENT )); then
    shift $at words
    (( CURRENT -= at ))
    _normal
    return
  fi
  local name=$words[2]
  shift words
  (( CURRENT-- ))
  case $name in
${commands.map(formatCommand).join('\n')}
    help) _describe command verbs ;;
  esac
}
if [[ $funcstack[1] == _secwrap ]]; then
  _secwrap "$@"
else
  compdef _secwrap secwrap
fi
`
}

function formatCommand({ command, flags, runsProgram, choices }: Words): string {
  const rest = runsProgram ? '*::command:_normal' : `*:argument:${formatAction(choices)}`
  const specs = [...flags.map(formatFlag), quote('--help[Show help]'), quote(rest)]
  return `    ${command}) _arguments ${specs.join(' ')} ;;`
}

function formatFlag(flag: Flag): string {
  const { type, describe, argument = 'VALUE', choices } = flag
  const repeats = type === 'list' ? '*' : ''
  const isBoolean = type === 'boolean'
  const value = isBoolean && !choices ? '' : `${isBoolean ? ':' : ''}:${argument}:${formatAction(choices)}`
  const attached = isBoolean && choices ? '=-' : ''
  return quote(`${repeats}${longName(flag)}${attached}[${describe.replace(/[[\]:\\]/g, ' ')}]${value}`)
}

function formatAction(choices: readonly string[] | undefined): string {
  return choices ? `(${choices.join(' ')})` : '_files'
}
