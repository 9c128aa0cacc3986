import { asSecwrapError, type SecwrapError } from '../../core/errors.ts'
import type { Environment, Place } from '../../core/types.ts'
import { checkName } from '../limits.ts'
import type { Format, FormatOptions } from './format.ts'

export interface Written {
  readonly text: string // counts only where there are no problems
  readonly problems: readonly SecwrapError[] // each with the place of its variable
}

/** An environment in one format, in its own order. */
export function writeEnvironment(
  format: Format,
  environment: Environment,
  placeOf: (name: string) => Place,
  options: FormatOptions = {},
): Written {
  const lines: string[] = []
  const problems: SecwrapError[] = []
  for (const name in environment) {
    try {
      checkName(name)
      lines.push(format.writeVariable(name, environment[name] ?? ''))
    } catch (error) {
      problems.push(asSecwrapError(error).at(placeOf(name)))
    }
  }
  if (problems.length > 0) return { text: '', problems }
  const text = format.wrap?.(lines, options, environment) ?? lines.map(line => `${line}\n`).join('')
  return { text, problems }
}
