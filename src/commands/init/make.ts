import { SecwrapError } from '../../core/errors.ts'
import { exists } from '../../core/files.ts'
import { lockFolder } from '../../core/lock.ts'
import { replaceFiles } from '../../core/replace-files.ts'
import type { ProviderContext } from '../../core/types.ts'
import { findMistakes } from './gitignore.ts'
import { type InitOptions, type Prepared, prepareProject } from './prepare.ts'
import type { Project } from './project.ts'

/**
 * Prepares and writes all files, or none.
 *
 * @throws SecwrapError for whatever is in the way; nothing is changed then.
 */
export async function makeProject(
  project: Project,
  options: InitOptions & { readonly isDryRun: boolean },
  context: ProviderContext,
  signal: AbortSignal,
): Promise<Prepared> {
  if (options.isDryRun) return prepareProject(project, options, context, signal)
  using _lock = await lockProject(project, context, signal)
  const prepared = await prepareProject(project, options, context, signal)
  replaceFiles(prepared.changes)
  return { ...prepared, warnings: [...prepared.warnings, ...(findMistakes(prepared.ignoring) ?? [])] }
}

/** Two runs at once, or a `secwrap set` in between, would each overwrite what the other wrote. */
async function lockProject(
  { folder, sealed: { path } }: Project,
  { warn }: ProviderContext,
  signal: AbortSignal,
): Promise<Disposable | undefined> {
  const place = path.slice(0, path.lastIndexOf('/'))
  const locked = exists(place) ? place : folder
  try {
    const lock = await lockFolder(locked, signal)
    if (!lock) warn(`${locked} can't be locked, so two writers at once could lose a change`)
    return lock
  } catch (error) {
    if (error instanceof SecwrapError) throw error
    const { code = 'unknown error' } = error as { code?: string }
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new SecwrapError('NOT_FOUND', `${locked} does not exist`)
    }
    throw new SecwrapError('DENIED', `${locked} can't be opened (${code})`)
  }
}
