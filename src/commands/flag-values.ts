import { SecwrapError } from '../core/errors.ts'
import { suggest } from '../core/suggest.ts'
import type { Inherited } from '../core/types.ts'
import { type Flag, type FlagValue, type FlagValues, variableOf } from './flags.ts'

/** What was given on the command line, then SECWRAP_… variables, then defaults; checked. */
export function completeFlags(given: FlagValues, flags: readonly Flag[], env: Inherited): FlagValues {
  const values: FlagValues = {}
  const isInherited = hasOurs(env)
  for (const flag of flags) {
    const value = given[flag.name] ?? (isInherited ? readVariable(flag, env) : undefined) ?? flag.default
    if (value === undefined) continue
    checkChoice(flag, value)
    values[flag.name] = value
  }
  return values
}

function hasOurs(env: Inherited): boolean {
  for (const name in env) if (name.startsWith('SECWRAP_')) return true
  return false
}

function readVariable(flag: Flag, env: Inherited): FlagValue | undefined {
  const variable = variableOf(flag)
  const inherited = env[variable]
  return inherited ? parseVariable(flag, variable, inherited) : undefined
}

/** 23 days: what a timer of the runtimes holds in milliseconds. They take more for nothing at all, and fire at once. */
const LONGEST_SECONDS = 2_000_000

/** The value of a flag that takes one: text as it is, seconds as a number of at least 0. */
export function parseFlagValue(flag: Flag, shown: string, text: string): FlagValue {
  if (flag.type !== 'number') return text
  const value = Number(text)
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return Math.min(value, LONGEST_SECONDS)
  throw new SecwrapError('BAD_USAGE', `${shown} takes a number, such as ${shown} ${flag.default ?? 10}`)
}

function parseVariable(flag: Flag, variable: string, text: string): FlagValue {
  if (flag.type === 'list') return text.split(',').filter(item => item !== '')
  if (flag.type !== 'boolean') return parseFlagValue(flag, variable, text)
  return parseSwitch(flag, variable, text)
}

/** The value of a boolean flag: true, false, or one of its choices. */
export function parseSwitch({ choices = [] }: Flag, shown: string, text: string): boolean | string {
  if (/^(1|true|yes|on)$/i.test(text)) return true
  if (/^(0|false|no|off)$/i.test(text)) return false
  if (choices.includes(text)) return text
  const all = choices.length === 0 ? 'true or false' : `true, false or ${choices.join(', ')}`
  throw new SecwrapError('BAD_USAGE', `${shown} takes ${all}`)
}

function checkChoice({ name, choices }: Flag, value: FlagValue): void {
  if (!choices || typeof value === 'boolean' || choices.includes(String(value))) return
  const near = suggest(String(value), choices)
  throw new SecwrapError('BAD_USAGE', `--${name} takes one of ${choices.join(', ')}`, {
    ...(near !== undefined && { hint: `did you mean --${name} ${near}?` }),
  })
}
