import { asSecwrapError, describe } from '../../core/errors.ts'
import type { Libc } from '../../core/libc.ts'
import { log } from '../../core/log.ts'
import type { SidecarPolicy } from '../../launch/sidecar/policy.ts'
import { SidecarProcess } from '../../launch/sidecar/process.ts'
import { removeSet } from '../../render/generation.ts'
import { markFile } from '../../render/mark.ts'
import { removeFiles } from '../../render/remove.ts'
import { becomeResident } from '../watch/resident.ts'
import type { SupervisorStage } from '../watch/stage.ts'

/**
 * The process that stays.
 *
 * @param variables - `NAME=value` of our own settings, for those that are started.
 * @param atomicSet - folder of a set that changes at once.
 */
export async function keepFiles(
  libc: Libc,
  stage: SupervisorStage,
  policy: SidecarPolicy,
  variables: readonly string[],
  atomicSet: string | undefined,
): Promise<void> {
  const resident = becomeResident(libc, stage, variables)
  const cleanUp = (files: ReadonlyMap<string, string>) => removeWritten(files, atomicSet)
  await new SidecarProcess({ ...resident, cleanUp }, policy).begin()
}

/** What somebody else has put into the place of a file is theirs. */
function removeWritten(files: ReadonlyMap<string, string>, atomicSet: string | undefined): void {
  try {
    if (atomicSet !== undefined) removeSet(atomicSet)
    else
      removeFiles([...files].flatMap(([path, mark]) => (mark.startsWith(`${markFile(path)} `) ? [path] : [])))
  } catch (error) {
    const problems: readonly unknown[] = error instanceof AggregateError ? error.errors : [error]
    for (const problem of problems) log('warn', describe(asSecwrapError(problem)))
  }
}
