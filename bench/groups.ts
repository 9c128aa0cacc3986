/** Which rows are run together, and how often. */
import { WITHOUT_PROVIDERS } from './expectations.ts'
import {
  PROGRAMS,
  type Program,
  referenceRows,
  type Start,
  startOf,
  startWithoutProviders,
} from './programs.ts'
import { renderName, renderRows } from './render.ts'
import { BARE, type Row, type Site, scenarioRow } from './rows.ts'
import { MASKED, RENDERED, SCENARIOS, WATCHED } from './scenarios.ts'
import { sidecarRow } from './sidecar.ts'
import { VERBS, verbRow } from './verbs.ts'

/** Run in turn, so that their figures can be compared. */
export interface Group {
  readonly rows: readonly Row[]
  readonly besides: readonly Row[] // of which nothing is expected
  readonly rounds: number
}

export interface Groups {
  readonly starts: Group
  readonly renders: Group
  readonly verbs: Group
  readonly watches: readonly Row[] // each is left running for a while
  readonly sidecars: readonly Row[] // likewise
  readonly masks: readonly Row[] // through each goes a lot of output
}

export type IsChosen = (name: string) => boolean

export const VERB_ROUNDS = 3
export const RENDER_ROUNDS = 9

/** @param rounds - of starts; what takes longer is run less often. */
export function makeGroups(site: Site, rounds: number, isChosen: IsChosen): Groups {
  const starts = PROGRAMS.map(program => [program, startOf(program, site.folder)] as const)
  const forEach = (toRows: (program: Program, start: Start) => readonly Row[]) =>
    starts.flatMap(([program, start]) => toRows(program, start))
  const scenarios = SCENARIOS.filter(({ name }) => isChosen(name))
  const renders = RENDERED.filter(reads => isChosen(renderName(reads)))
  const verbs = VERBS.filter(({ name }) => isChosen(name))
  return {
    starts: {
      rows: forEach((...start) => scenarios.map(scenario => scenarioRow(...start, scenario, site))),
      besides: [...referenceRows(site.folder, BARE), ...rowWithoutProviders(site, isChosen)],
      rounds,
    },
    renders: {
      rows: forEach((...start) => renders.flatMap(reads => renderRows(...start, reads, site))),
      besides: [],
      rounds: RENDER_ROUNDS,
    },
    verbs: {
      rows: forEach((...start) => verbs.map(verb => verbRow(...start, verb, site))),
      besides: [],
      rounds: VERB_ROUNDS,
    },
    watches: isChosen('watch') ? forEach((...start) => [scenarioRow(...start, WATCHED, site)]) : [],
    sidecars: isChosen('sidecar') ? forEach((...start) => [sidecarRow(...start, site)]) : [],
    masks: isChosen('mask') ? forEach((...start) => [scenarioRow(...start, MASKED, site)]) : [],
  }
}

function rowWithoutProviders(site: Site, isChosen: IsChosen): readonly Row[] {
  const scenario = SCENARIOS.find(({ name }) => name === 'static')
  if (!scenario || !isChosen(scenario.name)) return []
  const start = startWithoutProviders(site.folder)
  const { expectation: _, ...row } = scenarioRow('compiled', start, scenario, site)
  return [{ ...row, name: WITHOUT_PROVIDERS }]
}
