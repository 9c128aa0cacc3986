/** What a row may take: its requests exactly, its time and page faults beside those of another row, its memory. */
import type { Program } from './programs.ts'
import {
  MOST_FAULTS_OF_NO_PROVIDERS,
  MOST_MEMORY_MIB,
  MOST_OF_DELAYED,
  MOST_OF_EMPTY,
  MOST_OF_NODE,
  type Scenario,
} from './scenarios.ts'

export type Requests = Readonly<Record<string, number>> // by the stub's kinds

export interface Ratio {
  readonly of: 'wallMs' | 'pageFaults'
  readonly to: string // name of another row
  readonly plusMs?: number // on top of the other row
  readonly limit: number
}

export interface Expectation {
  readonly requests: Requests
  readonly ratios?: readonly Ratio[]
  readonly memoryMiB?: number
}

export const WITHOUT_PROVIDERS = 'no providers: static'

export function rowName(program: Program, name: string): string {
  return `${program}: ${name}`
}

export function expectationOf(program: Program, scenario: Scenario): Expectation {
  const { name, requests } = scenario
  if (program === 'npm') return { requests, ratios: wall('node', MOST_OF_NODE[name]) }
  const ratios = [...wall('empty', MOST_OF_EMPTY[name]), ...providersRatio(scenario), ...delayRatio(scenario)]
  return { requests, ratios, memoryMiB: MOST_MEMORY_MIB }
}

function wall(to: string, limit: number | undefined): readonly Ratio[] {
  return limit === undefined ? [] : [{ of: 'wallMs', to, limit }]
}

function providersRatio({ name }: Scenario): readonly Ratio[] {
  if (name !== 'static') return []
  return [{ of: 'pageFaults', to: WITHOUT_PROVIDERS, limit: MOST_FAULTS_OF_NO_PROVIDERS }]
}

/** One delay and the same scenario without it are what cannot be spared. */
function delayRatio({ name, delayMs }: Scenario): readonly Ratio[] {
  const to = rowName('compiled', name.replace(/, .*/, ''))
  return wall(to, MOST_OF_DELAYED[name]).map(ratio => ({ ...ratio, plusMs: delayMs }))
}
