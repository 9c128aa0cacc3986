/** `exec --watch`: what the supervisor takes while nothing happens, what a look takes, how soon a change is done. */
import type { Bound } from './bounds.ts'
import { measureIdle, measureLooks } from './looks.ts'
import type { Judged } from './results.ts'
import type { Row } from './rows.ts'
import { MOST_BEYOND_DEBOUNCE_MS } from './scenarios.ts'
import { median } from './statistics.ts'
import type { Stub } from './stub/start.ts'
import { type StartWatched, startWatched, TELL_START } from './watched.ts'

const CHANGES = 7
const DEBOUNCE_S = 0.2

/** @param row - `exec -- true` of the scenario that is watched, which asks as a look does. */
export async function measureWatch(row: Row, stub: Stub): Promise<Judged> {
  const own = row.args.slice(0, row.args.indexOf('--'))
  const command = ['sh', '-c', `${TELL_START}; exec sleep 600`]
  const start: StartWatched = (...flags) =>
    startWatched(row, [...own, '--watch', ...flags, '--', ...command], 1)
  const bounds = [
    ...(await measureIdle(start)),
    ...(await measureLooks(start, row.expectation?.requests ?? {}, stub)),
    await measureChanges(start, stub),
  ]
  return { name: row.name.replace(/: .*/, ': watch'), failed: 0, bounds }
}

/** From the first answer that tells of a change to the start of the new command. */
async function measureChanges(start: StartWatched, stub: Stub): Promise<Bound> {
  await using watched = start('--interval', '0.2', '--debounce', String(DEBOUNCE_S))
  await watched.started()
  const took: number[] = []
  for (let round = 0; round < CHANGES; round++) {
    await stub.change()
    const startedAt = await watched.started()
    took.push(startedAt - ((await stub.seenAt()) ?? Number.NaN) - DEBOUNCE_S * 1_000)
  }
  return {
    what: 'ms from a change to its command, beyond the debounce',
    value: median(took),
    limit: MOST_BEYOND_DEBOUNCE_MS,
  }
}
