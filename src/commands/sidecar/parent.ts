import { asSecwrapError, describe } from '../../core/errors.ts'
import type { Libc } from '../../core/libc.ts'
import { log } from '../../core/log.ts'
import { protectProcess } from '../../launch/exec.ts'
import { readOwnImage } from '../../launch/own-image.ts'
import { setBlocked } from '../../launch/restore.ts'
import type { SidecarPolicy } from '../../launch/sidecar/policy.ts'
import { SidecarProcess } from '../../launch/sidecar/process.ts'
import { listUnchanged } from '../../launch/trim.ts'
import { removeSet } from '../../render/generation.ts'
import { markFile } from '../../render/mark.ts'
import { removeFiles } from '../../render/remove.ts'
import { formatStage, type SupervisorStage } from '../watch/stage.ts'

const SIGTTOU = 22

/**
 * The process that stays.
 *
 * @param variables - `NAME=value` of our own settings, for those that are started.
 * @param atomicSet - folder of a set that changes at once.
 */
export async function keepFiles(
  libc: Libc,
  { store, ignored, descriptors }: SupervisorStage,
  policy: SidecarPolicy,
  variables: readonly string[],
  atomicSet: string | undefined,
): Promise<void> {
  const image = readOwnImage()
  const unchanged = listUnchanged()
  protectProcess() // whoever could open /proc/PID/fd would have the memory file
  // A signal that waits here would never be heard. SIGTTOU is not sent to a thread that blocks it: from the background
  // our lines go to the terminal all the same.
  setBlocked(libc, 1n << BigInt(SIGTTOU - 1))
  const place = {
    libc,
    ignored,
    unchanged,
    descriptors: [...descriptors, store],
    layOut(children, role, report, tokens) {
      const stage = formatStage({ name: 'opener', role, store, report, gate: -1, tokens })
      return children.layOut({ ...image, variables: [stage, ...variables] })
    },
    cleanUp: files => removeWritten(files, atomicSet),
  } satisfies ConstructorParameters<typeof SidecarProcess>[0]
  await new SidecarProcess(place, policy).begin()
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
