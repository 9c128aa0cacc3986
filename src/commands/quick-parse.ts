import { parseFlagValue, parseSwitch } from './flag-values.ts'
import type { Flag, FlagValues } from './flags.ts'

export interface Parsed {
  readonly values: FlagValues
  readonly words: readonly string[] // what is no flag, untouched
  readonly help?: boolean // only parse-arguments.ts finds it
}

/**
 * The plain form of `exec`: `--flag value`, `--flag=value`, `--flag`, `--no-flag`, `-t value`, then the command, with
 * or without `--` before it. Undefined for anything else (help, a typo, a missing value): yargs-parser then has its say.
 *
 * That one takes some milliseconds to load, as long as everything else together.
 */
export function quickParse(argv: readonly string[], flags: readonly Flag[]): Parsed | undefined {
  const values: FlagValues = {}
  let index = 0
  while (index < argv.length) {
    const word = argv[index] ?? ''
    if (word === '--') return { values, words: argv.slice(index + 1) }
    if (!word.startsWith('-') || word === '-') break
    const taken = takeFlag(word, argv[index + 1], flags, values)
    if (taken === 0) return undefined
    index += taken
  }
  return { values, words: argv.slice(index) }
}

/** How many words belong to this flag; 0 if it is not plain. */
function takeFlag(
  word: string,
  next: string | undefined,
  flags: readonly Flag[],
  values: FlagValues,
): number {
  const equals = word.indexOf('=')
  const name = equals < 0 ? word : word.slice(0, equals)
  const flag = flags.find(each => name === `--${each.name}` || (each.alias && name === `-${each.alias}`))
  if (!flag) return takeNegation(word, flags, values)
  if (flag.type === 'boolean') {
    values[flag.name] = equals < 0 || parseSwitch(flag, name, word.slice(equals + 1))
    return 1
  }
  const text = equals < 0 ? next : word.slice(equals + 1)
  if (text === undefined || (equals < 0 && text.startsWith('-') && text !== '-')) return 0
  const value = parseFlagValue(flag, name, text)
  const earlier = values[flag.name]
  if (flag.type === 'list') values[flag.name] = [...(Array.isArray(earlier) ? earlier : []), String(value)]
  else values[flag.name] = value
  return equals < 0 ? 2 : 1
}

function takeNegation(word: string, flags: readonly Flag[], values: FlagValues): number {
  const flag = flags.find(each => each.type === 'boolean' && word === `--no-${each.name}`)
  if (!flag) return 0
  values[flag.name] = false
  return 1
}
