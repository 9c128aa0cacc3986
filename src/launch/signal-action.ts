/** What a signal does, as the kernel keeps it: handler, flags, restorer, mask. Source: rt_sigaction(2). */
import { type Libc, systemCalls } from '../core/libc.ts'

export type Action = BigUint64Array

export const SIG_DFL = 0n
export const SIG_IGN = 1n
const MASK_BYTES = 8

/** By default the one for SIG_DFL. */
export function createAction(handler = SIG_DFL): Action {
  return new BigUint64Array([handler, 0n, 0n, 0n])
}

export function getAction(libc: Libc, signal: number): Action {
  const action = createAction()
  libc.call(systemCalls().rt_sigaction, signal, 0, libc.addressOf(action), MASK_BYTES)
  return action
}

export function setAction(libc: Libc, signal: number, action: Action): void {
  libc.call(systemCalls().rt_sigaction, signal, libc.addressOf(action), 0, MASK_BYTES)
}
