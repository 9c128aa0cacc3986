import type { Libc } from '../../core/libc.ts'
import type { Policy } from '../../launch/supervisor/policy.ts'
import { SupervisorProcess } from '../../launch/supervisor/process.ts'
import { becomeResident } from './resident.ts'
import type { SupervisorStage } from './stage.ts'

/** @param variables - `NAME=value` of our own settings, for those that are started. */
export function supervise(
  libc: Libc,
  stage: SupervisorStage,
  policy: Policy,
  variables: readonly string[],
  isMasking: boolean,
): void {
  const resident = becomeResident(libc, stage, variables)
  new SupervisorProcess({ ...resident, isMasking }, policy).begin()
}
