/**
 * What a sidecar asks of a look, and what that one tells: lines of JSON in a memory file, as ../report.ts has it.
 * Names, marks, times and lease ids, never a value.
 */
import { type Lease, leaseIn } from '../leases.ts'
import type { Marks } from '../marks.ts'

/** The first line, by the sidecar. */
export interface Ask {
  readonly isFirst: boolean // a failure is told to the user, and ends the look with its exit code
  readonly leases: readonly Lease[] // not to be read again; those that are `renewable` are to be renewed
  readonly tokens: readonly Lease[] // of log-ins and given ones; those that are `renewable` are to be renewed
  readonly marks: Marks // what was found the last time
  readonly files: Marks
  readonly schemes: readonly string[] // whose credentials a program is not given
}

/** The lines after it. */
export type Told =
  /**
   * What was read, which version, and since when it is that one, as the store tells it. `seconds`: a certificate's life
   * from now on.
   */
  | {
      readonly event: 'read'
      readonly name: string
      readonly mark: string
      readonly since?: number
      readonly seconds?: number
    }
  | { readonly event: 'scheme'; readonly name: string }
  | ({ readonly event: 'lease' } & Lease)
  /** A token whose life is known from now on. */
  | ({ readonly event: 'token' } & Lease)
  /** A lease or token of the ask that is still in use; `seconds` where it was renewed. */
  | { readonly event: 'held'; readonly name: string; readonly seconds?: number }
  | ({ readonly event: 'file' } & FileFound)
  | { readonly event: 'requests'; readonly count: number }
  /** Why not all could be read or written, or why the program failed, in words that may be printed. */
  | { readonly event: 'problem'; readonly text: string }
  | { readonly event: 'ready' }

export interface FileFound {
  readonly path: string
  readonly mark: string // of the file and of what it was made from
  readonly change: 'new' | 'changed' | 'same'
}

export interface Found {
  readonly marks: Marks
  readonly since: ReadonlyMap<string, number> // name → milliseconds since 1970
  readonly lives: ReadonlyMap<string, number> // of certificates that a store keeps: name → seconds
  readonly schemes: readonly string[]
  readonly leases: readonly Lease[] // new ones
  readonly tokens: readonly Lease[] // new ones
  readonly held: ReadonlyMap<string, number | undefined> // name → seconds, where it was renewed
  readonly files: readonly FileFound[]
  readonly requests: number
  readonly problem: string | undefined // the first one
  readonly isReady: boolean // everything was read and written
}

/** For a process that needs nothing of it. */
export const NO_ASK: Ask = {
  isFirst: false,
  leases: [],
  tokens: [],
  marks: new Map(),
  files: new Map(),
  schemes: [],
}

export function formatAsk({ marks, files, ...ask }: Ask): string {
  return `${JSON.stringify({ ...ask, marks: [...marks], files: [...files] })}\n`
}

export function parseAsk(text: string): Ask {
  const { marks, files, ...ask } = JSON.parse(text.slice(0, text.indexOf('\n')))
  return { ...ask, marks: new Map(marks), files: new Map(files) }
}

export function formatTold(lines: readonly Told[]): string {
  return lines.map(line => `${JSON.stringify(line)}\n`).join('')
}

/** A last line without an end, of a process that was killed while it wrote, counts for nothing. */
export function parseFound(text: string): Found {
  const lines = text.split('\n').slice(1, -1)
  const all = lines.map(line => JSON.parse(line) as Told)
  const told = <E extends Told['event']>(event: E) =>
    all.filter((line): line is Extract<Told, { event: E }> => line.event === event)
  const read = told('read')
  return {
    marks: new Map(read.map(({ name, mark }) => [name, mark])),
    since: new Map(read.flatMap(({ name, since }) => (since === undefined ? [] : [[name, since]]))),
    lives: new Map(read.flatMap(({ name, seconds }) => (seconds === undefined ? [] : [[name, seconds]]))),
    schemes: told('scheme').map(({ name }) => name),
    leases: told('lease').map(leaseIn),
    tokens: told('token').map(leaseIn),
    held: new Map(told('held').map(({ name, seconds }) => [name, seconds])),
    files: told('file').map(({ path, mark, change }) => ({ path, mark, change })),
    requests: told('requests').reduce((sum, { count }) => sum + count, 0),
    problem: told('problem')[0]?.text,
    isReady: told('ready').length > 0,
  }
}
