import type { Libc } from '../../core/libc.ts'
import { protectProcess } from '../../launch/exec.ts'
import { readOwnImage } from '../../launch/own-image.ts'
import { setBlocked } from '../../launch/restore.ts'
import type { Policy } from '../../launch/supervisor/policy.ts'
import { SupervisorProcess } from '../../launch/supervisor/process.ts'
import { listUnchanged } from '../../launch/trim.ts'
import { formatStage, type SupervisorStage } from './stage.ts'

const SIGTTOU = 22

/** @param variables - `NAME=value` of our own settings, for those that are started. */
export function supervise(
  libc: Libc,
  { store, ignored, descriptors }: SupervisorStage,
  policy: Policy,
  variables: readonly string[],
  isMasking: boolean,
): void {
  const image = readOwnImage()
  const unchanged = listUnchanged()
  protectProcess() // whoever could open /proc/PID/fd would have the memory file
  // A signal that waits here would never reach the command. SIGTTOU is not sent to a thread that blocks it: from the
  // background our lines go to the terminal all the same.
  setBlocked(libc, 1n << BigInt(SIGTTOU - 1))
  const place = {
    libc,
    ignored,
    isMasking,
    unchanged,
    descriptors: [...descriptors, store],
    layOut(children, role, start) {
      const stage = formatStage({ name: 'opener', role, store, ...start })
      return children.layOut({ ...image, variables: [stage, ...variables] })
    },
  } satisfies ConstructorParameters<typeof SupervisorProcess>[0]
  new SupervisorProcess(place, policy).begin()
}
