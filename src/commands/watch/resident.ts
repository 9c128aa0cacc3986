import type { Libc } from '../../core/libc.ts'
import { protectProcess } from '../../launch/exec.ts'
import { layOutImage } from '../../launch/execute.ts'
import { readOwnImage } from '../../launch/own-image.ts'
import type { Resident } from '../../launch/resident.ts'
import { setBlocked } from '../../launch/restore.ts'
import { listUnchanged } from '../../launch/trim.ts'
import { formatStage, type Role, type SupervisorStage } from './stage.ts'

const SIGTTOU = 22

/**
 * This process stays from here on.
 *
 * @param variables - `NAME=value` of our own settings, for those that are started.
 */
export function becomeResident(
  libc: Libc,
  { store, ignored, descriptors }: SupervisorStage,
  variables: readonly string[],
): Resident<Role> {
  const image = readOwnImage()
  const unchanged = listUnchanged()
  protectProcess() // whoever could open /proc/PID/fd would have the memory file
  // A signal that waits here would never be heard. SIGTTOU is not sent to a thread that blocks it: from the background
  // our lines go to the terminal all the same.
  setBlocked(libc, 1n << BigInt(SIGTTOU - 1))
  return {
    libc,
    ignored,
    unchanged,
    descriptors: [...descriptors, store],
    layOut(role, own) {
      const stage = formatStage({ name: 'opener', role, store, ...own })
      return layOutImage(libc, { ...image, variables: [stage, ...variables] })
    },
  }
}
