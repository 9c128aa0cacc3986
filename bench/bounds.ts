/** What a row may take: its requests exactly, its time as ratios within the run, its memory. */

import { PROGRAMS, type Program } from './programs.ts'
import type { Measured } from './results.ts'
import { rowName, WITHOUT_PROVIDERS } from './rows.ts'
import {
  MOST_FAULTS_OF_NO_PROVIDERS,
  MOST_MEMORY_MIB,
  MOST_OF_DELAYED,
  MOST_OF_EMPTY,
  MOST_OF_NODE,
  SCENARIOS,
  type Scenario,
} from './scenarios.ts'
import { median } from './statistics.ts'
import { VERBS } from './verbs.ts'

/** A figure and its limit, as the table and the JSON show it. */
export interface Bound {
  readonly what: string
  readonly value: number
  readonly limit: number
  readonly exact?: true // less is wrong as well: a program that asks for nothing is fast
}

export function isOver({ value, limit, exact }: Bound): boolean {
  return exact ? value !== limit : !(value <= limit)
}

/** By the row's name. */
export function boundsOf(measured: Measured): ReadonlyMap<string, readonly Bound[]> {
  return new Map(
    PROGRAMS.flatMap(program => [
      ...SCENARIOS.map(each => [rowName(program, each), scenarioBounds(program, each, measured)] as const),
      ...VERBS.map(
        each =>
          [rowName(program, each), requestBounds(rowName(program, each), each.requests, measured)] as const,
      ),
    ]),
  )
}

function scenarioBounds(program: Program, scenario: Scenario, measured: Measured): readonly Bound[] {
  const name = rowName(program, scenario)
  const requests = requestBounds(name, scenario.requests, measured)
  const ratioTo = createRatio(name, measured)
  if (program === 'npm') return [...requests, ...ratioTo('node', MOST_OF_NODE[scenario.name])]
  return [
    ...requests,
    ...ratioTo('empty', MOST_OF_EMPTY[scenario.name]),
    ...(scenario.name === 'static' ? providersBound(name, measured) : []),
    ...delayBound(name, scenario, measured),
    ...memoryBound(name, measured),
  ]
}

/** Of the kinds that are expected, and of any other none. */
function requestBounds(
  name: string,
  expected: Scenario['requests'],
  { requests }: Measured,
): readonly Bound[] {
  const counted = requests[name]
  if (!counted) return []
  const kinds = new Set([...Object.keys(expected), ...Object.keys(counted)])
  if (kinds.size === 0) return [{ what: 'requests', value: 0, limit: 0, exact: true }]
  return [...kinds].map(kind => ({
    what: `${kind} requests`,
    value: counted[kind] ?? 0,
    limit: expected[kind] ?? 0,
    exact: true,
  }))
}

function createRatio(name: string, { samples }: Measured) {
  const medianOf = (row: string) => median(samples[row]?.wallMs ?? [])
  return (other: string, limit: number | undefined) =>
    bound(`of ${other}`, medianOf(name) / medianOf(other), limit)
}

/** One delay and the same scenario without it are what cannot be spared. */
function delayBound(
  name: string,
  { name: scenario, delayMs }: Scenario,
  { samples }: Measured,
): readonly Bound[] {
  const medianOf = (row: string) => median(samples[row]?.wallMs ?? [])
  const least = delayMs + medianOf(name.replace(/, .*/, ''))
  return bound('of delay + own', medianOf(name) / least, MOST_OF_DELAYED[scenario])
}

function providersBound(name: string, { samples }: Measured): readonly Bound[] {
  const faultsOf = (row: string) => median(samples[row]?.pageFaults ?? [])
  const value = faultsOf(name) / faultsOf(WITHOUT_PROVIDERS)
  return bound(`page faults of ${WITHOUT_PROVIDERS}`, value, MOST_FAULTS_OF_NO_PROVIDERS)
}

function memoryBound(name: string, { samples }: Measured): readonly Bound[] {
  return bound('MiB', median(samples[name]?.maxRssKiB ?? []) / 1024, MOST_MEMORY_MIB)
}

/** None where there is no limit, or where the rows were not measured. */
function bound(what: string, value: number, limit: number | undefined): readonly Bound[] {
  return limit === undefined || Number.isNaN(value) ? [] : [{ what, value, limit }]
}
