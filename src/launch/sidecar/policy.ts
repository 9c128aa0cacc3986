import type { BackoffTimes } from '../backoff.ts'

/** What the user wants of a sidecar. */
export interface SidecarPolicy {
  readonly intervalMs: number // from one look to the next
  readonly debounceMs: number // from changed files to what is done about them
  readonly splayMs: number // and a random share of this
  readonly steps: readonly Step[] // what is done, in this order
  readonly target?: SignalTarget // of the step `signal`
  readonly listen?: Listen
  readonly waits: boolean // for a store that is away at the start
  readonly staleMs: number // without a look that worked: not ready any more
  readonly cleanup: boolean // what was written is removed at the end
  readonly lookMs: number // deadline of a look
  readonly runMs: number // deadline of the process that runs the program, which keeps to an earlier one itself
  readonly retry: BackoffTimes
  readonly random: () => number
}

export type Step = 'run' | 'signal'

export interface SignalTarget {
  readonly signal: number
  readonly pidFile: string
}

export type Listen = { readonly host: string; readonly port: number } | { readonly socket: string }
