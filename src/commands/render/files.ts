/** Sources → secrets → files: what `render` does once, and its sidecar again and again. */
import { asSecwrapError, describe, SecwrapError, throwTogether } from '../../core/errors.ts'
import { log } from '../../core/log.ts'
import type { Inherited, ProviderContext, Resolved, TemplateEntry } from '../../core/types.ts'
import type { Lease } from '../../launch/leases.ts'
import type { ReportLine } from '../../launch/supervisor/report.ts'
import { checkTarget } from '../../render/compare.ts'
import { fillFile } from '../../render/fill.ts'
import { removeSet } from '../../render/generation.ts'
import type { Journal } from '../../render/journal.ts'
import type { Owner } from '../../render/owner.ts'
import type { Pair } from '../../render/pairs.ts'
import { type Plan, type PlannedFile, planFiles } from '../../render/plan.ts'
import { removeFiles } from '../../render/remove.ts'
import { checkSet, placeInSet } from '../../render/set-layout.ts'
import { resolveLocal } from '../../resolve/local.ts'
import { resolve } from '../../resolve/resolve.ts'
import { type EmbeddedFile, parseEmbedded } from '../../template/embedded.ts'
import { readTemplateBytes } from '../../template/read.ts'
import { listLeases, listMarks } from '../watch/marks.ts'
import { findIdlePassword, type Keystore, keystoreIn, openFilters } from './keystores.ts'
import { openOutput } from './output.ts'

export interface RenderRequest {
  readonly pairs: readonly Pair[]
  readonly mode: number | undefined // undefined: for its owner only, who may execute what the source's may
  readonly owner: Owner
  readonly atomicSet: string | undefined // folder of a set that changes at once; targets are below it
  readonly password: TemplateEntry | undefined // of keystores
  readonly isCheck: boolean // nothing is written
  readonly key: string // of the digests that stand for values without a version; '' where no marks are needed
  readonly inherited: Inherited
}

/** What came of it, without a value. */
export interface Rendered {
  readonly changed: readonly string[] // paths that were written, or would be
  readonly marks: readonly ReportLine[]
  readonly leases: readonly Lease[]
  readonly sources: readonly string[] // files that were read
}

/**
 * Reads every secret of the sources in one plan, and makes the files that are not as they should be; all or none.
 *
 * @param journal - what to undo where the process ends in between.
 * @throws SecwrapError or AggregateError: every problem of all files; nothing is changed then.
 */
export async function renderFiles(
  opened: Opened,
  request: RenderRequest,
  signal: AbortSignal,
  journal: Journal,
): Promise<Rendered> {
  const entries = opened.sources.flatMap(entriesOf)
  const resolved = await readSecrets(entries, contextOf(request), signal)
  const changed = await makeFiles(opened, resolved, request, journal)
  const leases = listLeases(entries, resolved)
  return {
    changed,
    marks: request.key === '' ? [] : listMarks(entries, resolved, request.key, leases),
    leases,
    sources: opened.sources.map(({ file }) => file.source),
  }
}

export interface Source extends EmbeddedFile {
  readonly file: PlannedFile
  readonly keystore: Keystore | undefined // where it makes any
}

export interface Opened {
  readonly sources: readonly Source[]
  readonly problems: readonly SecwrapError[] // with planning, and with the sources
}

export function openSources(request: RenderRequest): Opened {
  const { files, problems } = planRequest(request)
  const sources = files.map(file => readSource(file, request))
  const all = [...problems, ...sources.flatMap(source => source.problems)]
  return { sources, problems: all.length > 0 ? all : findIdlePassword(sources, request) }
}

/**
 * Makes the files that are not as they should be; all or none.
 *
 * @param kept - contents that are what they should be, whatever was read.
 * @returns the paths of those that were written, or would be.
 * @throws as `renderFiles`
 */
export async function makeFiles(
  { sources, problems }: Opened,
  resolved: Resolved,
  request: RenderRequest,
  journal: Journal,
  kept: ReadonlyMap<Source, Uint8Array> = new Map(),
): Promise<readonly string[]> {
  const filters = await openFilters(sources, resolved)
  const filled = sources.map(source => {
    const content = kept.get(source)
    return {
      file: source.file,
      ...(content ? { content, problems: [] } : fillFile(source, resolved, filters)),
    }
  })
  const all = [resolved, ...filled].flatMap(each => each.problems)
  throwTogether(withoutRepeats([...problems, ...all]))
  const output = openOutput(filled, request)
  if (!request.isCheck && output.changed.length > 0) await output.write(journal)
  return output.changed
}

/** All that is to be read for a file. */
export function entriesOf({ pieces, keystore }: Source): readonly TemplateEntry[] {
  const written = pieces.filter(isEntry)
  return keystore?.password ? [...written, keystore.password] : written
}

/** A line with ten references to a store that is down says so once. */
function withoutRepeats(problems: readonly SecwrapError[]): readonly SecwrapError[] {
  return [...new Map(problems.map(problem => [describe(problem), problem])).values()]
}

/** Removes what `renderFiles` writes for this request. No store is asked. @returns the paths of what was there. */
export function removeRendered(request: RenderRequest): readonly string[] {
  const { files, problems } = planRequest(request)
  throwTogether(problems)
  const targets = files.map(({ target }) => target)
  if (request.atomicSet === undefined) return removeFiles(targets)
  return removeSet(request.atomicSet) ? targets : []
}

function planRequest({ pairs, atomicSet }: RenderRequest): Plan {
  if (atomicSet === undefined) return planFiles(pairs)
  const { files, problems } = planFiles(
    pairs.map(pair => ({ ...pair, target: placeInSet(atomicSet, pair.target) })),
  )
  const inTheWay = checkSet(
    atomicSet,
    files.map(({ target }) => target),
  )
  return { files, problems: [...problems, ...inTheWay] }
}

/** Whatever is wrong with a source, or with its target, is in `problems`. */
function readSource(file: PlannedFile, { inherited, atomicSet, password }: RenderRequest): Source {
  const { source, target } = file
  const name = source === '-' ? '<stdin>' : source
  try {
    if (atomicSet === undefined) checkTarget(target)
    const bytes = readTemplateBytes(source)
    if (!bytes) throw new SecwrapError('NOT_FOUND', 'the file does not exist')
    const folder = source.slice(0, source.lastIndexOf('/') + 1)
    const parsed = parseEmbedded(bytes, { file: name, folder, inherited })
    return { file, ...parsed, keystore: keystoreIn(parsed.pieces.filter(isEntry), password) }
  } catch (error) {
    const problem = asSecwrapError(error)
    const problems = [problem.at({ file: name, line: 0, name: '' })]
    return { file, pieces: [], problems, keystore: undefined }
  }
}

function isEntry(piece: Uint8Array | TemplateEntry): piece is TemplateEntry {
  return !(piece instanceof Uint8Array)
}

export async function readSecrets(
  entries: readonly TemplateEntry[],
  context: ProviderContext,
  signal: AbortSignal,
): Promise<Resolved> {
  const template = { entries, problems: [], warnings: [] }
  return resolveLocal(template, context) ?? (await resolve(template, context, signal))
}

function contextOf({ inherited, isCheck }: RenderRequest): ProviderContext {
  return { env: inherited, warn: text => log('warn', text), isTrial: isCheck }
}
