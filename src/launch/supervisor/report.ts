/**
 * What a resolver or a poller tells its supervisor: a line of JSON an event, in a memory file, which is never
 * full and waits for nobody. Marks and lease ids, never a value.
 */
import { type Lease, leaseIn } from '../leases.ts'
import type { Marks } from '../marks.ts'

export type ReportLine =
  | { readonly event: 'begin' }
  /**
   * What was read (a reference, never its value), and which version: see commands/watch/marks.ts. `seconds`: a
   * certificate's life from now on.
   */
  | { readonly event: 'read'; readonly name: string; readonly mark: string; readonly seconds?: number }
  /** Of what `name` is the id of; told by a resolver, and to a poller, which renews those that are `renewable`. */
  | ({ readonly event: 'lease' } & Lease)
  | { readonly event: 'renewed'; readonly id: string; readonly seconds: number }
  /** Why not everything could be read, in words that may be printed. */
  | { readonly event: 'problem'; readonly text: string }
  | { readonly event: 'ready' }

export interface Report {
  readonly marks: Marks
  readonly leases: readonly Lease[]
  readonly renewed: ReadonlyMap<string, number> // lease id → seconds
  readonly lives: readonly number[] // of certificates, in seconds
  readonly problem: string | undefined // the first one
  readonly isReady: boolean // everything was read
}

export function formatReport(lines: readonly ReportLine[]): string {
  return lines.map(line => `${JSON.stringify(line)}\n`).join('')
}

/** A last line without an end, of a process that was killed while it wrote, counts for nothing. */
export function parseReport(text: string): Report {
  const marks = new Map<string, string>()
  const leases: Lease[] = []
  const renewed = new Map<string, number>()
  const lives: number[] = []
  let problem: string | undefined
  let isReady = false
  for (const line of text.split('\n').slice(0, -1)) {
    const told = JSON.parse(line) as ReportLine
    if (told.event === 'read') {
      marks.set(told.name, told.mark)
      if (told.seconds !== undefined) lives.push(told.seconds)
    } else if (told.event === 'lease') leases.push(leaseIn(told))
    else if (told.event === 'renewed') renewed.set(told.id, told.seconds)
    else if (told.event === 'problem') problem ??= told.text
    else if (told.event === 'ready') isReady = true
  }
  return { marks, leases, renewed, lives, problem, isReady }
}
