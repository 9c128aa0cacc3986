import type { Libc } from '../../core/libc.ts'
import { Attendant } from '../../launch/attend.ts'
import { protectProcess } from '../../launch/exec.ts'
import { readOwnImage } from '../../launch/own-image.ts'
import type { Policy } from '../../launch/policy.ts'
import { setBlocked } from '../../launch/restore.ts'
import { listUnchanged } from '../../launch/trim.ts'
import { formatStage, type SupervisorStage } from './stage.ts'

/** @param variables - `NAME=value` of our own settings, for those that are started. */
export function supervise(
  libc: Libc,
  { store, ignored, descriptors }: SupervisorStage,
  policy: Policy,
  variables: readonly string[],
): void {
  const image = readOwnImage()
  const unchanged = listUnchanged()
  protectProcess() // whoever could open /proc/PID/fd would have the memory file
  setBlocked(libc, 0n) // a signal that waits here would never reach the command
  const place = {
    libc,
    ignored,
    unchanged,
    descriptors: [...descriptors, store],
    layOut(children, role, { report, gate = -1 }) {
      const stage = formatStage({ name: 'opener', role, store, report, gate })
      return children.layOut({ ...image, variables: [stage, ...variables] })
    },
  } satisfies ConstructorParameters<typeof Attendant>[0]
  new Attendant(place, policy).begin()
}
