import { asSecwrapError, SecwrapError } from '../core/errors.ts'
import { matchesAny } from '../core/glob.ts'
import type { Environment, Inherited, Part, Resolved, Template, TemplateEntry } from '../core/types.ts'
import { evaluateParts } from './evaluate.ts'
import { importSecrets } from './imports.ts'
import { checkName, checkValue } from './limits.ts'
import { checkType } from './types.ts'

export interface BuildOptions {
  readonly inherited: Inherited
  readonly pristine: boolean // start empty
  readonly keep: readonly string[] // globs of names that pass in spite of it
  readonly preferEnv: readonly string[] // globs of names whose inherited value beats a wildcard's
  /** secwrap's own credentials: passed on only where the template, or `keep` by its full name, names them. */
  readonly withhold: ReadonlySet<string>
}

export interface Built {
  readonly environment: Environment
  readonly sensitive: readonly string[] // names whose value came from a reference, or @sensitive
  readonly problems: readonly SecwrapError[]
}

/** Entries + secrets + inherited variables → the command's environment. Whatever is wrong is in `problems`. */
export function buildEnvironment(template: Template, resolved: Resolved, options: BuildOptions): Built {
  const values = passInherited(options)
  const sensitive = new Set<string>()
  const problems: SecwrapError[] = []
  const { own, names, wildcards } = sortEntries(template.entries)
  if (wildcards.length > 0) {
    const imported = importSecrets(wildcards, resolved.imports, {
      isTaken: name => names.has(name),
      preferred: name => findPreferred(name, options),
    })
    problems.push(...imported.problems)
    for (const [name, value] of imported.values) {
      values.set(name, value)
      sensitive.add(name)
    }
  }
  for (const entry of own) {
    try {
      setEntry(entry, resolved, values)
      if (isSensitive(entry) && values.has(entry.name)) sensitive.add(entry.name)
    } catch (error) {
      const problem = asSecwrapError(error).at(entry)
      // A reference that could not be read is told by resolve.
      if (!resolved.problems.includes(problem)) problems.push(problem)
    }
  }
  return { environment: toEnvironment(values), sensitive: [...sensitive], problems }
}

function sortEntries(entries: readonly TemplateEntry[]) {
  const own: TemplateEntry[] = []
  const names = new Set<string>()
  const wildcards: TemplateEntry[] = []
  for (const entry of entries) {
    if (entry.wildcard) wildcards.push(entry)
    else own.push(entry)
    if (!entry.wildcard) names.add(entry.name)
  }
  return { own, names, wildcards }
}

function passInherited({ inherited, pristine, keep, withhold }: BuildOptions): Map<string, string> {
  const values = new Map<string, string>()
  for (const [name, value] of Object.entries(inherited)) {
    if (value === undefined) continue
    const passes = withhold.has(name) ? keep.includes(name) : !pristine || matchesAny(name, keep)
    if (passes) values.set(name, value)
  }
  return values
}

function findPreferred(name: string, { preferEnv, inherited }: BuildOptions): string | undefined {
  return Object.hasOwn(inherited, name) && matchesAny(name, preferEnv) ? inherited[name] : undefined
}

/** @throws SecwrapError for what the environment or the entry's decorators do not take. */
function setEntry(entry: TemplateEntry, resolved: Resolved, values: Map<string, string>): void {
  const { name, parts, decorators, inherit } = entry
  const isAbsent = inherit && parts.length === 0
  const value = isAbsent ? undefined : evaluateParts(parts, resolved)
  if (decorators.required && !value) {
    throw new SecwrapError(
      'BAD_VALUE',
      `the value is required, but ${value === '' ? 'it is empty' : 'it is not set'}`,
    )
  }
  if (value === undefined) {
    values.delete(name)
    return
  }
  // Names of inherited variables are what they are.
  if (!inherit && entry.line > 0) checkName(name)
  checkValue(name, value)
  if (decorators.type && value !== '') checkType(decorators.type, value)
  values.set(name, value)
}

function isSensitive({ decorators, parts }: TemplateEntry): boolean {
  return decorators.sensitive ?? holdsReference(parts)
}

function holdsReference(parts: readonly Part[]): boolean {
  for (const part of parts) {
    if (typeof part === 'string') continue
    if ('raw' in part || holdsReference(part.parts) || holdsReference(part.otherwise?.word ?? [])) return true
  }
  return false
}

// Without a prototype, so that a variable called __proto__ is one like others.
function toEnvironment(values: ReadonlyMap<string, string>): Environment {
  const environment: Record<string, string> = Object.create(null)
  for (const [name, value] of values) environment[name] = value
  return environment
}
