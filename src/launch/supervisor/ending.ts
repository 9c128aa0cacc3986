import type { Caught } from '../signal-pipe.ts'
import { hasSignal } from '../signals.ts'

const [SIGHUP, SIGINT, SIGQUIT, SIGTERM] = [1, 2, 3, 15]

/**
 * Whether nothing is to be started any more after this signal: somebody ends the command, or its terminal is gone.
 *
 * @param ignored - by the caller, as nohup and a script's `&` do it: whoever sends one of them does not mean us.
 */
export function meansEnd({ signal, isFromKernel }: Omit<Caught, 'sender'>, ignored: bigint): boolean {
  if (hasSignal(ignored, signal)) return false
  return [SIGINT, SIGQUIT, SIGTERM].includes(signal) || (signal === SIGHUP && isFromKernel)
}
