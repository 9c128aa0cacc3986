/**
 * In a container the kernel ends every process with the first one, the masker too, whatever it has not written yet. So
 * there the supervisor of `--watch` stays, which changes nothing, and ends after the masker. The same for the first
 * process of a terminal (`ssh -t`, `xterm -e`): the kernel hangs up when that one ends. And for `--mask=pty`: a shell
 * takes the terminal back when the last words are on it.
 */
import { isatty } from 'node:tty'
import { exists } from '../../core/files.ts'
import { openLibc, systemCalls } from '../../core/libc.ts'
import type { FlagValues } from '../flags.ts'
import { templatesIn } from '../watch/policy.ts'
import { isReadOnce } from '../watch/read-once.ts'

/** Of --watch: it looks once in three weeks, for nothing. */
export const STAYING: FlagValues = { 'on-change': 'none', interval: 2_000_000 }

/** We are the first process, or may be all that the first one waits for, as `docker run --init` does. */
export function mustStay(environment: NodeJS.ProcessEnv, values: FlagValues): boolean {
  if (environment.SECWRAP_STAGE !== undefined) return true
  const canStay = !templatesIn(values).some(isReadOnce)
  if (values.mask === 'pty' && canStay && (isatty(1) || isatty(2))) return true
  const isInContainer = process.ppid === 1 && !exists('/run/systemd/system')
  return process.pid === 1 || isInContainer || openLibc()?.call(systemCalls().getsid, 0) === process.pid
}
