import type { BackoffTimes } from '../backoff.ts'

/** What the user wants of a supervisor. */
export interface Policy {
  readonly onChange: 'restart' | 'exit' | 'none' | { readonly signal: number }
  readonly intervalMs: number // from one poll to the next
  readonly debounceMs: number // from a change that was seen to what is done about it
  readonly splayMs: number // and a random share of this
  readonly stopSignal: number
  readonly stopTimeoutMs: number // then SIGKILL
  readonly restartOnExit: boolean
  readonly deadlineMs: number // for a resolver or a poller
  readonly retry: BackoffTimes
  readonly random: () => number
}
