/** Pairs of paths → the files to make, folders taken apart. */
import { readdirSync, realpathSync, type Stats } from 'node:fs'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { SecwrapError } from '../core/errors.ts'
import { lookAt, lookThrough } from './look.ts'
import type { Pair } from './pairs.ts'

export interface PlannedFile extends Pair {
  readonly isProgram: boolean // its owner may execute the source
}

export interface Plan {
  readonly files: readonly PlannedFile[]
  readonly problems: readonly SecwrapError[]
}

/** Which files become which. */
export function planFiles(pairs: readonly Pair[]): Plan {
  const files: PlannedFile[] = []
  const problems: SecwrapError[] = []
  for (const pair of pairs) {
    const stats = pair.source === '-' ? undefined : lookThrough(pair.source)
    if (stats?.isDirectory()) addFolder(pair, files, problems)
    else files.push({ ...pair, isProgram: isProgram(stats) })
  }
  return { files, problems: [...problems, ...findConflicts(files)] }
}

function isProgram(stats: Stats | undefined): boolean {
  return stats?.isFile() === true && (stats.mode & 0o100) !== 0
}

function addFolder({ source, target }: Pair, files: PlannedFile[], problems: SecwrapError[]): void {
  const problem = checkFolder(source, target)
  if (problem) problems.push(problem)
  else addEntries(source, target, files, problems)
}

function checkFolder(source: string, target: string): SecwrapError | undefined {
  const old = lookThrough(target)
  if (old && !old.isDirectory())
    return new SecwrapError('BAD_USAGE', `${target} is a file, and its source a folder`)
  const isInside = `${placeOf(target)}${sep}`.startsWith(`${placeOf(source)}${sep}`)
  return isInside ? new SecwrapError('BAD_USAGE', `${target} is in its own source`) : undefined
}

/** `app.conf.template` makes `app.conf`. */
const SUFFIX = /(?<=[^/])\.(?:template|tmpl)$/

function addEntries(source: string, target: string, files: PlannedFile[], problems: SecwrapError[]): void {
  for (const name of listNames(source, problems)) {
    const path = join(source, name)
    const stats = lookThrough(path)
    if (stats?.isFile()) {
      files.push({
        source: path,
        target: join(target, name.replace(SUFFIX, '')),
        isProgram: isProgram(stats),
      })
    } else if (stats?.isDirectory() && !isLink(path)) {
      addEntries(path, join(target, name), files, problems)
    } else problems.push(unusable(path, stats))
  }
}

/** In their order, whatever the file system's is. `..data` and its like are Kubernetes' own, behind the files' links. */
function listNames(folder: string, problems: SecwrapError[]): readonly string[] {
  try {
    return readdirSync(folder)
      .filter(name => !name.startsWith('..'))
      .sort()
  } catch (error) {
    const { code = 'unknown error' } = error as { code?: string }
    problems.push(new SecwrapError('DENIED', `${folder}: the folder can't be listed (${code})`))
    return []
  }
}

function unusable(path: string, stats: Stats | undefined): SecwrapError {
  if (stats?.isDirectory()) return new SecwrapError('BAD_USAGE', `${path} is a link to a folder`)
  if (stats) return new SecwrapError('BAD_USAGE', `${path} is not a regular file`)
  if (isLink(path)) return new SecwrapError('BAD_USAGE', `${path} is a link that leads nowhere`)
  return new SecwrapError('DENIED', `${path} can't be read by this user, or its name is not UTF-8`)
}

/** Two sources of one target, and a source that is a target, by where paths lead to. */
function findConflicts(files: readonly PlannedFile[]): readonly SecwrapError[] {
  const problems: SecwrapError[] = []
  const folders = new Map<string, string>()
  const sources = new Set(files.map(({ source }) => (source === '-' ? '-' : placeOf(source, folders))))
  const taken = new Map<string, string>()
  for (const { source, target } of files) {
    const place = placeOf(target, folders)
    const other = taken.get(place)
    if (other !== undefined) {
      problems.push(new SecwrapError('BAD_USAGE', `${other} and ${source} both make ${target}`))
    } else if (sources.has(place) || (isLink(target) && sources.has(realPlaceOf(target)))) {
      problems.push(new SecwrapError('BAD_USAGE', `${target} is a source itself`))
    }
    taken.set(place, source)
  }
  if (files.filter(({ source }) => source === '-').length > 1) {
    problems.push(new SecwrapError('BAD_USAGE', 'standard input can be read only once, but - is given twice'))
  }
  return problems
}

/**
 * Where the name itself is: the links before it are followed.
 *
 * @param folders - where those led to that were looked up before.
 */
function placeOf(path: string, folders = new Map<string, string>()): string {
  const whole = resolve(path)
  if (whole === sep) return whole
  const folder = dirname(whole)
  const real = folders.get(folder) ?? realPlaceOf(folder)
  folders.set(folder, real)
  return join(real, basename(whole))
}

function isLink(path: string): boolean {
  return lookAt(path)?.isSymbolicLink() === true
}

/** Where a path leads to, as far as that exists. */
function realPlaceOf(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    const whole = resolve(path)
    return whole === sep ? whole : join(realPlaceOf(dirname(whole)), basename(whole))
  }
}
