/** `export NAME='value'` for bash, dash and other POSIX shells. */
import { type Format, refuseName } from './format.ts'

export const format: Format = {
  writeVariable(name, value) {
    if (OWN.has(name)) refuseName(`${name} is a variable of bash's own, which keeps its value to itself`)
    return `export ${name}='${value.replaceAll("'", `'\\''`)}'`
  },
}

/** Read-only, or given another value at once. POSIX mode even ends at the first of them. Tried with bash 5.2. */
const OWN = new Set([
  '_',
  'BASHOPTS',
  'BASHPID',
  'BASH_ALIASES',
  'BASH_ARGC',
  'BASH_ARGV',
  'BASH_CMDS',
  'BASH_COMMAND',
  'BASH_LINENO',
  'BASH_MONOSECONDS',
  'BASH_SOURCE',
  'BASH_SUBSHELL',
  'BASH_VERSINFO',
  'DIRSTACK',
  'EPOCHREALTIME',
  'EPOCHSECONDS',
  'EUID',
  'FUNCNAME',
  'GROUPS',
  'HISTCMD',
  'LINENO',
  'OPTIND',
  'PPID',
  'RANDOM',
  'SECONDS',
  'SHELLOPTS',
  'SRANDOM',
  'UID',
])
