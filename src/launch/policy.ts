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
  readonly retry: BackOff
  readonly random: () => number
}

export interface BackOff {
  readonly baseMs: number
  readonly capMs: number
}

export const RETRY: BackOff = { baseMs: 1_000, capMs: 60_000 }

/** How long to wait after `failures` failures before this one: doubled each time, up to the cap. */
export function backOff(failures: number, { baseMs, capMs }: BackOff): number {
  return Math.min(capMs, baseMs * 2 ** Math.min(failures, 30))
}
