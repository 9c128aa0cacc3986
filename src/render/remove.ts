import { unlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { SecwrapError, throwTogether } from '../core/errors.ts'
import { syncFolder } from '../core/replace-file.ts'
import { removeOldFiles } from './leftovers.ts'
import { leadsToStream, lookAt } from './look.ts'

/**
 * Removes files that were written here, or are none: folders and devices stay.
 *
 * @returns the paths of those that were there.
 * @throws SecwrapError DENIED, with the path; several as an AggregateError, after all others were removed.
 */
export function removeFiles(paths: readonly string[]): readonly string[] {
  const problems: SecwrapError[] = []
  const removed = paths.filter(path => {
    const stats = lookAt(path)
    if (!stats?.isFile() && !(stats?.isSymbolicLink() && !leadsToStream(path))) return false
    try {
      unlinkSync(path)
      return true
    } catch (error) {
      const { code = 'unknown error' } = error as { code?: string }
      problems.push(new SecwrapError('DENIED', `${path} can't be removed (${code})`))
      return false
    }
  })
  for (const folder of new Set(paths.map(path => dirname(path)))) {
    removeOldFiles(folder)
    syncFolder(folder)
  }
  throwTogether(problems)
  return removed
}
