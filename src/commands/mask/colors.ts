import type { Environment } from '../../core/types.ts'

/** How many colours a terminal has, by its variables: 16, 256, or 16 million. Source: the variables of supports-color. */
const LEVELS: readonly (readonly [name: string, pattern: RegExp, level: string])[] = [
  ['COLORTERM', /^(truecolor|24bit)$/, '3'],
  ['TERM', /-(256|direct)/, '2'],
  ['TERM', /./, '1'],
]

/**
 * With FORCE_COLOR, for a command whose output goes to a terminal by way of a pipe. What the caller or the template says
 * about colours counts.
 */
export function addColors(environment: Environment): Environment {
  const { TERM = '', NO_COLOR, FORCE_COLOR } = environment
  if (NO_COLOR || FORCE_COLOR !== undefined || TERM === 'dumb') return environment
  const [, , level] = LEVELS.find(([name, pattern]) => pattern.test(environment[name] ?? '')) ?? []
  if (level === undefined) return environment
  return Object.assign(Object.create(null), environment, { FORCE_COLOR: level })
}
