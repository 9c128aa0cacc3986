/** Sources → secrets → files: what `render` does once, and its sidecar again and again. */
import { asSecwrapError, SecwrapError, throwTogether } from '../../core/errors.ts'
import { log } from '../../core/log.ts'
import type { Attributes } from '../../core/replace-file.ts'
import type { Inherited, Resolved, TemplateEntry } from '../../core/types.ts'
import type { Lease, ReportLine } from '../../launch/report.ts'
import { checkTarget, findDifference, type WantedFile } from '../../render/compare.ts'
import { fillFile } from '../../render/fill.ts'
import type { Journal } from '../../render/journal.ts'
import type { Owner } from '../../render/owner.ts'
import type { Pair } from '../../render/pairs.ts'
import { type PlannedFile, planFiles } from '../../render/plan.ts'
import { type Change, writeFiles } from '../../render/write.ts'
import { resolveLocal } from '../../resolve/local.ts'
import { resolve } from '../../resolve/resolve.ts'
import { type EmbeddedFile, parseEmbedded } from '../../template/embedded.ts'
import { readTemplateBytes } from '../../template/read.ts'
import { listLeases, listMarks } from '../watch/marks.ts'

export interface RenderRequest {
  readonly pairs: readonly Pair[]
  readonly mode: number | undefined // undefined: for its owner only, who may execute what the source's may
  readonly owner: Owner
  readonly isCheck: boolean // nothing is written
  readonly key: string // of the digests that stand for values without a version
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
 * Reads every source, every secret in one plan, and makes the files that are not as they should be; all or none.
 *
 * @param journal - what to undo where the process ends in between.
 * @throws SecwrapError or AggregateError: every problem of all files; nothing is changed then.
 */
export async function renderFiles(
  request: RenderRequest,
  signal: AbortSignal,
  journal: Journal,
): Promise<Rendered> {
  const { files, problems } = planFiles(request.pairs)
  const sources = files.map(file => readSource(file, request.inherited))
  const entries = sources.flatMap(({ pieces }) => pieces.filter(isEntry))
  const resolved = await readSecrets(entries, request.inherited, signal)
  const filled = sources.map(source => ({ ...source, ...fillFile(source, resolved) }))
  throwTogether([
    ...problems,
    ...sources.flatMap(source => source.problems),
    ...resolved.problems,
    ...filled.flatMap(source => source.problems),
  ])
  const changes = findChanges(filled.map(({ file, content }) => wanted(file, content, request)))
  if (!request.isCheck) await writeFiles(changes, journal)
  const leases = listLeases(entries, resolved)
  return {
    changed: changes.map(({ file }) => file.path),
    marks: listMarks(entries, resolved, request.key, leases),
    leases,
    sources: files.map(({ source }) => source),
  }
}

interface Source extends EmbeddedFile {
  readonly file: PlannedFile
}

/** Whatever is wrong with a source, or with its target, is in `problems`. */
function readSource(file: PlannedFile, inherited: Inherited): Source {
  const { source, target } = file
  const name = source === '-' ? '<stdin>' : source
  try {
    checkTarget(target)
    const bytes = readTemplateBytes(source)
    if (!bytes) throw new SecwrapError('NOT_FOUND', 'the file does not exist')
    const folder = source.slice(0, source.lastIndexOf('/') + 1)
    return { file, ...parseEmbedded(bytes, { file: name, folder, inherited }) }
  } catch (error) {
    const problem = asSecwrapError(error)
    return { file, pieces: [], problems: [problem.at({ file: name, line: 0, name: '' })] }
  }
}

function isEntry(piece: Uint8Array | TemplateEntry): piece is TemplateEntry {
  return !(piece instanceof Uint8Array)
}

async function readSecrets(
  entries: readonly TemplateEntry[],
  inherited: Inherited,
  signal: AbortSignal,
): Promise<Resolved> {
  const template = { entries, problems: [], warnings: [] }
  const context = { env: inherited, warn: (text: string) => log('warn', text) }
  return resolveLocal(template, context) ?? (await resolve(template, context, signal))
}

function wanted(
  { target, isProgram }: PlannedFile,
  content: Uint8Array,
  { mode, owner }: RenderRequest,
): WantedFile {
  const attributes: Attributes = { mode: mode ?? (isProgram ? 0o700 : 0o600), ...owner }
  return { path: target, content, attributes }
}

function findChanges(files: readonly WantedFile[]): readonly Change[] {
  return files.flatMap(file => {
    const difference = findDifference(file)
    return difference ? [{ file, difference }] : []
  })
}
