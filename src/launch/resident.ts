import type { Libc } from '../core/libc.ts'
import type { Laid } from './execute.ts'
import type { Region } from './trim.ts'

/** What a process that stays was started with, and how it starts others. */
export interface Resident<Role extends string> {
  readonly libc: Libc
  readonly ignored: bigint // signals that the caller ignores
  readonly descriptors: readonly number[] // that every process gets which is started here, beside its own
  readonly unchanged: readonly Region[] // of memory
  layOut(role: Role, own: WorkerDescriptors): Laid
}

/** What a worker is given; -1 where it gets none. */
export interface WorkerDescriptors {
  readonly report: number // a memory file that it may write
  readonly gate: number // a pipe: a byte lets a resolver become the command
  readonly tokens: number // the memory file with tokens of our own log-ins, which nobody reads in the process that stays
  readonly others: number // the same of another run of the command
}
