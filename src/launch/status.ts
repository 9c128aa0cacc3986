/** How a process ended, and how another one ends the same way. */
import { type Libc, systemCalls } from '../core/libc.ts'
import { resetAction, setBlocked } from './restore.ts'

export type Status = { readonly code: number } | { readonly signal: number }

export function describeStatus(status: Status): string {
  return 'signal' in status ? `signal ${status.signal}` : `exit code ${status.code}`
}

const RLIMIT_CORE = 4

/** Ends this process as another one ended: with its code, or by its signal. As PID 1, 128 + n stands for the signal. */
export function endAs(libc: Libc, status: Status): never {
  const numbers = systemCalls()
  if ('signal' in status) {
    // The command has left its core file; one of ours beside it would help nobody.
    libc.call(numbers.prlimit64, 0, RLIMIT_CORE, libc.addressOf(new BigUint64Array(2)), 0)
    resetAction(libc, status.signal)
    setBlocked(libc, 0n)
    libc.call(numbers.kill, process.pid, status.signal)
  }
  libc.call(numbers.exit_group, 'signal' in status ? 128 + status.signal : status.code)
  throw new Error('exit_group came back')
}
