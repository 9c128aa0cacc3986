/** `exec --watch`: what the supervisor takes while nothing happens, what a look takes, how soon a change is done. */
import { setTimeout as wait } from 'node:timers/promises'
import { type Bound, requestBounds } from './bounds.ts'
import type { Requests } from './expectations.ts'
import { cpuMsOf, endedChildrenOf, residentMiBOf } from './proc.ts'
import type { Judged } from './results.ts'
import type { Row } from './rows.ts'
import { MOST_BEYOND_DEBOUNCE_MS, MOST_SUPERVISOR_MIB } from './scenarios.ts'
import { median } from './statistics.ts'
import type { Stub } from './stub/start.ts'
import { startWatched } from './watched.ts'

const SETTLE_MS = 1_000
const IDLE_MS = 2_000
const LOOKS_MS = 5_000
const CHANGES = 7
const DEBOUNCE_S = 0.2

/** @param row - `exec` of the scenario that is watched, which asks as a look does. */
export async function measureWatch(row: Row, stub: Stub): Promise<Judged> {
  const expected = row.expectation?.requests ?? {}
  const bounds = [
    ...(await measureIdle(row)),
    ...(await measureLooks(row, expected, stub)),
    ...(await measureChanges(row, stub)),
  ]
  return { name: row.name.replace(/: .*/, ': watch'), failed: 0, bounds }
}

/** Between the first look and the second. */
async function measureIdle(row: Row): Promise<readonly Bound[]> {
  const interval = (SETTLE_MS + IDLE_MS) / 1_000 + 1
  await using watched = startWatched(row, ['--interval', String(interval)])
  await watched.hasPolled()
  await wait(SETTLE_MS)
  const before = cpuMsOf(watched.pid)
  await wait(IDLE_MS)
  return [
    {
      what: 'MiB of the supervisor between looks',
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
async function measureLooks(row: Row, expected: Requests, stub: Stub): Promise<readonly Bound[]> {
  await using watched = startWatched(row, ['--interval', '0.2'])
  await watched.hasPolled()
  await stub.takeCounts()
  const before = endedChildrenOf(watched.pid).cpuMs
  await wait(LOOKS_MS)
  await watched.hasPolled()
  const counts = await stub.takeCounts()
  const [kind = '', each = 1] = Object.entries(expected)[0] ?? []
  const looks = (counts[kind] ?? 0) / each
  const ofOne = Object.fromEntries(Object.entries(counts).map(([kind, count]) => [kind, count / looks]))
  const cpuMs = (endedChildrenOf(watched.pid).cpuMs - before) / looks
  return [...requestBounds(expected, ofOne), { what: 'ms on a processor for a look', value: cpuMs }]
}

/** From the first answer that tells of a change to the start of the new command. */
async function measureChanges(row: Row, stub: Stub): Promise<readonly Bound[]> {
  await using watched = startWatched(row, ['--interval', '0.2', '--debounce', String(DEBOUNCE_S)])
  await watched.started()
  const took: number[] = []
  for (let round = 0; round < CHANGES; round++) {
    await stub.change()
    const startedAt = await watched.started()
    took.push(startedAt - ((await stub.seenAt()) ?? Number.NaN) - DEBOUNCE_S * 1_000)
  }
  return [
    {
      what: 'ms from a change to its command, beyond the debounce',
      value: median(took),
      limit: MOST_BEYOND_DEBOUNCE_MS,
    },
  ]
}
