import type { ErrorCode, SecwrapError } from '../core/errors.ts'
import type { Reference, Resolved, Template, TemplateEntry } from '../core/types.ts'
import { referencesIn } from '../resolve/plan.ts'

export interface CheckedEntry {
  readonly name: string
  readonly source: string // the references as written; `text` where there are none
  readonly version?: string
  readonly updatedAt?: Date
  readonly state: string
  readonly file: string
  readonly line: number // 0 where there are none
}

/** What a problem says of an entry; the code is the cause. */
const STATES: Readonly<Record<ErrorCode, string>> = {
  BAD_TEMPLATE: 'does not parse',
  BAD_VALUE: 'bad value',
  NOT_FOUND: 'missing',
  DENIED: 'forbidden',
  UNAVAILABLE: 'unreachable',
  TIMED_OUT: 'unreachable',
  BAD_CONFIG: 'not set up',
  BAD_USAGE: 'not set up',
  BUG: 'not set up',
  CONFLICT: 'not set up',
  NOT_EXECUTABLE: 'not set up',
  NO_COMMAND: 'not set up',
}

/** One row an entry, by file and line: those that count, those with problems, those that a later file replaces. */
export function checkEntries(
  template: Template,
  resolved: Resolved,
  problems: readonly SecwrapError[],
  isOffline: boolean,
): readonly CheckedEntry[] {
  const byPlace = new Map(problems.map(problem => [placeKey(problem.details.place), problem]))
  const known = template.entries.map(entry => {
    const problem = byPlace.get(placeKey(entry))
    byPlace.delete(placeKey(entry))
    return checkEntry(entry, resolved, problem ? STATES[problem.code] : stateOf(entry, resolved, isOffline))
  })
  const broken = [...byPlace.values()].map(({ code, details: { place, ref } }) => ({
    name: place?.name ?? '',
    source: ref ?? '',
    state: STATES[code],
    file: place?.file ?? '',
    line: place?.line ?? 0,
  }))
  const unused = (template.replaced ?? []).map(entry => checkEntry(entry, resolved, 'unused'))
  return sortByPlace([...known, ...broken, ...unused])
}

/** Files stay in the order in which their entries came. */
function sortByPlace(entries: readonly CheckedEntry[]): readonly CheckedEntry[] {
  const files = [...new Set(entries.map(({ file }) => file))]
  return entries.toSorted((a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line)
}

function checkEntry(entry: TemplateEntry, resolved: Resolved, state: string): CheckedEntry {
  const references = [...referencesIn(entry.parts)]
  const source = [...new Set(references.map(({ raw }) => raw))].join(' ')
  const facts = factsOf(references, resolved)
  return {
    name: entry.name,
    source: source || (entry.inherit ? 'inherited' : 'text'),
    ...facts,
    state,
    file: entry.file,
    line: entry.line,
  }
}

/** Of the first secret whose store tells. */
function factsOf(
  references: readonly Reference[],
  { secrets }: Resolved,
): { version?: string; updatedAt?: Date } {
  const all = references.map(reference => secrets.get(reference)?.facts)
  return all.find(facts => facts?.version !== undefined || facts?.updatedAt !== undefined) ?? {}
}

function stateOf(entry: TemplateEntry, { secrets, imports }: Resolved, isOffline: boolean): string {
  const references = [...referencesIn(entry.parts)]
  if (references.length === 0) return entry.inherit && entry.parts.length === 0 ? 'ok, not set' : 'ok'
  if (isOffline) return 'not read'
  if (entry.wildcard) return `ok, ${countNames(imports.get(entry)?.size ?? 0)}`
  return references.some(reference => secrets.has(reference)) ? 'ok' : 'ok, not set'
}

function countNames(count: number): string {
  return `${count} ${count === 1 ? 'name' : 'names'}`
}

interface Place {
  readonly file: string
  readonly line: number
  readonly name: string
}

function placeKey(place: Place | undefined): string {
  return place ? `${place.file}\n${place.line}\n${place.name}` : ''
}
