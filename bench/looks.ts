/** What a program that stays takes while nothing happens, and for a look that finds nothing new. */
import { setTimeout as wait } from 'node:timers/promises'
import { type Bound, requestBounds } from './bounds.ts'
import type { Requests } from './expectations.ts'
import { cpuMsOf, endedChildrenOf, residentMiBOf } from './proc.ts'
import { MOST_SUPERVISOR_MIB } from './scenarios.ts'
import type { Stub } from './stub/start.ts'
import type { StartWatched } from './watched.ts'

const SETTLE_MS = 1_000
const IDLE_MS = 2_000
const LOOKS_MS = 5_000

/** Between the first look and the second. */
export async function measureIdle(start: StartWatched): Promise<readonly Bound[]> {
  const interval = (SETTLE_MS + IDLE_MS) / 1_000 + 1
  await using watched = start('--interval', String(interval))
  await watched.hasLooked()
  await wait(SETTLE_MS)
  const before = cpuMsOf(watched.pid)
  await wait(IDLE_MS)
  return [
    {
      what: 'MiB resident between looks',
      value: residentMiBOf(watched.pid),
      limit: MOST_SUPERVISOR_MIB,
    },
    {
      what: `ms on a processor in ${IDLE_MS / 1_000} s between looks`,
      value: cpuMsOf(watched.pid) - before,
      limit: 0,
    },
  ]
}

/** Many looks in a row, as the kernel counts what ended children took in steps of 10 ms. */
export async function measureLooks(
  start: StartWatched,
  expected: Requests,
  stub: Stub,
): Promise<readonly Bound[]> {
  await using watched = start('--interval', '0.2')
  await watched.hasLooked()
  await stub.takeCounts()
  const before = endedChildrenOf(watched.pid).cpuMs
  await wait(LOOKS_MS)
  await watched.hasLooked()
  const counts = await stub.takeCounts()
  const [kind = '', each = 1] = Object.entries(expected)[0] ?? []
  const looks = (counts[kind] ?? 0) / each
  const ofOne = Object.fromEntries(Object.entries(counts).map(([kind, count]) => [kind, count / looks]))
  const cpuMs = (endedChildrenOf(watched.pid).cpuMs - before) / looks
  return [...requestBounds(expected, ofOne), { what: 'ms on a processor for a look', value: cpuMs }]
}
