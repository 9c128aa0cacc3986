/** What a sidecar is told, and what it wants done. */
import type { Lease } from '../leases.ts'
import type { Status } from '../status.ts'
import type { Step } from './policy.ts'
import type { Ask, Found } from './report.ts'

export type TimerName = 'look' | 'act' | 'grace'

export type SidecarEvent =
  | { readonly type: 'begin' }
  | { readonly type: 'looked'; readonly found: Found; readonly status: Status }
  | { readonly type: 'acted'; readonly step: Step; readonly problem: string | undefined }
  | { readonly type: 'timer'; readonly name: TimerName }
  | { readonly type: 'look' } // now, as SIGHUP asks
  | { readonly type: 'leave' } // as SIGTERM and SIGINT ask

export type SidecarAction =
  | { readonly type: 'look'; readonly ask: Ask }
  | { readonly type: 'act'; readonly step: Step; readonly schemes: readonly string[] }
  | { readonly type: 'kill'; readonly whom: 'look' | 'run'; readonly signal: number }
  | { readonly type: 'timer'; readonly name: TimerName; readonly ms: number }
  | { readonly type: 'cancel'; readonly name: TimerName }
  | { readonly type: 'log'; readonly level: 'info' | 'warn'; readonly text: string }
  | { readonly type: 'close' } // the listener
  | { readonly type: 'cleanup'; readonly files: ReadonlyMap<string, string> } // path → mark
  | { readonly type: 'end'; readonly status: Status; readonly givesBack?: readonly Lease[] } // and our tokens
