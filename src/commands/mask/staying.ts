/**
 * In a container the kernel ends every process with the first one, the masker too, whatever it has not written yet. So
 * there the supervisor of `--watch` stays, which changes nothing, and ends after the masker.
 */
import { exists } from '../../core/files.ts'
import type { FlagValues } from '../flags.ts'

/** Of --watch: it looks once in three weeks, for nothing. */
export const STAYING: FlagValues = { 'on-change': 'none', interval: 2_000_000 }

/** We are the first process, or may be all that the first one waits for, as `docker run --init` does. */
export function mustStay(environment: NodeJS.ProcessEnv): boolean {
  if (environment.SECWRAP_STAGE !== undefined) return true
  return process.pid === 1 || (process.ppid === 1 && !exists('/run/systemd/system'))
}
