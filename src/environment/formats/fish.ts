/** `set -gx NAME 'value'` for fish. In its single quotes `\\` and `\'` are the only escapes. */
import { type Format, refuseName, refuseValue } from './format.ts'

export const format: Format = {
  writeVariable(name, value) {
    if (OWN.has(name)) refuseName(`${name} is a variable of fish's own, which keeps its value to itself`)
    if (LISTS.has(name) && /^:|::|:$|^$/.test(value)) {
      refuseValue('has an empty folder name, which fish makes a dot of', 'write the dot itself')
    }
    if (name === 'HOME' && value.includes('//')) refuseValue('has //, which fish shortens in HOME')
    return `set -gx ${name} '${value.replace(/['\\]/g, '\\$&')}'`
  },
}

const LISTS = new Set(['PATH', 'CDPATH'])

/** Tried with fish 3.6. */
const OWN = new Set([
  '_',
  'FISH_VERSION',
  'PWD',
  'SHLVL',
  'fish_kill_signal',
  'fish_killring',
  'fish_pid',
  'history',
  'hostname',
  'pipestatus',
  'status',
  'status_generation',
  'umask',
  'version',
])
