import type { Requests } from './expectations.ts'
import type { Group, Groups } from './groups.ts'
import { measureMask } from './mask.ts'
import { measure, readSteps, type Samples } from './measure.ts'
import type { Report } from './report.ts'
import { figuresOf } from './results.ts'
import type { Row, Site } from './rows.ts'
import { measureSidecar } from './sidecar.ts'
import { median } from './statistics.ts'
import type { Stub } from './stub/start.ts'
import { measureWatch } from './watch.ts'

const STEP_ROUNDS = 15

export async function measureAll(
  { starts, renders, verbs, watches, sidecars, masks }: Groups,
  site: Site,
): Promise<Omit<Report, 'machine'>> {
  const { stub } = site
  const all = [starts, renders, verbs]
  const requests = await countRequests(
    all.flatMap(({ rows }) => rows),
    stub,
  )
  const samples = Object.assign({}, ...all.map(measureGroup))
  const rows = all.flatMap(({ rows, besides }) => [...besides, ...rows])
  return {
    figures: figuresOf(rows, { samples, requests }),
    others: [
      ...(await inTurn(watches, row => measureWatch(row, stub))),
      ...(await inTurn(sidecars, row => measureSidecar(row, stub))),
      ...masks.map(row => measureMask(row, site)),
    ],
    steps: Object.fromEntries(starts.rows.map(row => [row.name, medianSteps(row)])),
    rounds: { starts: starts.rounds, renders: renders.rounds, verbs: verbs.rounds, steps: STEP_ROUNDS },
  }
}

function measureGroup({ rows, besides, rounds }: Group): Readonly<Record<string, Samples>> {
  return rows.length > 0 ? measure([...besides, ...rows], rounds) : {}
}

async function countRequests(rows: readonly Row[], stub: Stub): Promise<Readonly<Record<string, Requests>>> {
  return Object.fromEntries(
    await inTurn(rows, async row => {
      measure([row], 1, 0)
      return [row.name, await stub.takeCounts()] as const
    }),
  )
}

function medianSteps(row: Row): Readonly<Record<string, number>> {
  const runs = Array.from({ length: STEP_ROUNDS }, () => readSteps(row))
  const names = Object.keys(runs[0] ?? {})
  return Object.fromEntries(names.map(name => [name, median(runs.map(run => run[name] ?? Number.NaN))]))
}

async function inTurn<T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = []
  for (const item of items) results.push(await act(item))
  return results
}
