/** What a supervisor is told, and what it wants done. */
import type { Lease } from '../leases.ts'
import type { Marks } from '../marks.ts'
import type { Status } from '../status.ts'

export type TimerName = 'poll' | 'change' | 'stop' | 'again'

/** Lease id → seconds that it lives from now on. */
export type Renewed = ReadonlyMap<string, number>

/** What was read. */
export interface Found {
  readonly marks: Marks
  readonly lives: readonly number[] // of certificates, in seconds
}

export interface Signal {
  readonly signal: number
  readonly hasReached: boolean // the terminal has sent it to the command as well
  readonly isEnd: boolean // nothing is to be started any more
}

export type WatchEvent =
  | { readonly type: 'begin' }
  /** The resolver has read everything and waits. */
  | ({ readonly type: 'ready'; readonly leases: readonly Lease[] } & Found)
  /** The resolver ended before it could become the command. */
  | { readonly type: 'failed'; readonly status: Status }
  | { readonly type: 'ended'; readonly status: Status }
  | ({ readonly type: 'polled'; readonly renewed: Renewed } & Found)
  | { readonly type: 'unpolled'; readonly problem: string; readonly renewed: Renewed }
  | { readonly type: 'timer'; readonly name: TimerName }
  | ({ readonly type: 'signal' } & Signal)

export type Action =
  | { readonly type: 'resolve' }
  | { readonly type: 'poll'; readonly leases: readonly Lease[] } // `renewable`: to be renewed now
  | { readonly type: 'go' } // the resolver may become the command
  | { readonly type: 'kill'; readonly whom: 'command' | 'resolver'; readonly signal: number }
  | { readonly type: 'timer'; readonly name: TimerName; readonly ms: number }
  | { readonly type: 'cancel'; readonly name: TimerName }
  | { readonly type: 'log'; readonly level: 'info' | 'warn'; readonly text: string }
  | { readonly type: 'end'; readonly status: Status }
