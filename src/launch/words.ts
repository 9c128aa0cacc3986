/** Words of a supervisor's messages. */
import type { Marks } from './report.ts'
import type { Status } from './signals.ts'

/** The names of what was added, removed or changed. */
export function listChanges(now: Marks, before: Marks): string {
  const names = new Set([...before.keys(), ...now.keys()])
  return [...names].filter(name => now.get(name) !== before.get(name)).join(', ')
}

export function describeStatus(status: Status): string {
  return 'signal' in status ? `signal ${status.signal}` : `exit code ${status.code}`
}

/** 1500 → `1.5 s` */
export function seconds(ms: number): string {
  return `${Number((ms / 1_000).toFixed(1))} s`
}
