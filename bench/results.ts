/** Samples → the figures of one run, each with its bound. */
import type { Samples } from './measure.ts'
import { PROGRAMS, type Program, rowName } from './rows.ts'
import {
  type Bound,
  MOST_MEMORY_MIB,
  MOST_OF_DELAYED,
  MOST_OF_EMPTY,
  MOST_OF_NODE,
  SCENARIOS,
  type Scenario,
} from './scenarios.ts'
import { median, percentile } from './statistics.ts'

export interface Figures {
  readonly name: string
  readonly medianMs: number
  readonly p10Ms: number
  readonly p90Ms: number
  readonly cpuMs: number
  readonly memoryMiB: number
  readonly ofEmpty: number // ratios of medians, within this run
  readonly ofNode: number
  readonly failed: number
  readonly requests?: Readonly<Record<string, number>>
  readonly bounds: readonly Bound[]
}

export interface Measured {
  readonly samples: Readonly<Record<string, Samples>>
  readonly requests: Readonly<Record<string, Readonly<Record<string, number>>>> // by row
}

export function figuresOf(measured: Measured): readonly Figures[] {
  const bounds = new Map(
    PROGRAMS.flatMap(program =>
      SCENARIOS.map(each => [rowName(program, each), boundsOf(program, each, measured)]),
    ),
  )
  const medianOf = (name: string) => median(measured.samples[name]?.wallMs ?? [])
  return Object.entries(measured.samples).map(([name, samples]) => ({
    name,
    medianMs: medianOf(name),
    p10Ms: percentile(samples.wallMs, 0.1),
    p90Ms: percentile(samples.wallMs, 0.9),
    cpuMs: median(samples.cpuMs),
    memoryMiB: median(samples.maxRssKiB) / 1024,
    ofEmpty: medianOf(name) / medianOf('empty'),
    ofNode: medianOf(name) / medianOf('node'),
    failed: samples.failed,
    ...(measured.requests[name] && { requests: measured.requests[name] }),
    bounds: bounds.get(name) ?? [],
  }))
}

function boundsOf(program: Program, scenario: Scenario, { samples, requests }: Measured): readonly Bound[] {
  const name = rowName(program, scenario)
  const own = samples[name]
  if (!own) return []
  const medianOf = (row: string) => median(samples[row]?.wallMs ?? [])
  const bounds = Object.entries(scenario.requests).map(([kind, limit]) => ({
    what: `${kind} requests`,
    value: requests[name]?.[kind] ?? 0,
    limit,
    exact: true as const,
  }))
  if (program === 'npm')
    return [...bounds, ...ratio('of node', medianOf(name) / medianOf('node'), MOST_OF_NODE[scenario.name])]
  const undelayed = medianOf(name.replace(/, .*/, ''))
  return [
    ...bounds,
    ...ratio('of empty', medianOf(name) / medianOf('empty'), MOST_OF_EMPTY[scenario.name]),
    ...ratio(
      'of delay + own',
      medianOf(name) / (scenario.delayMs + undelayed),
      MOST_OF_DELAYED[scenario.name],
    ),
    { what: 'MiB', value: median(own.maxRssKiB) / 1024, limit: MOST_MEMORY_MIB },
  ]
}

function ratio(what: string, value: number, limit: number | undefined): readonly Bound[] {
  return limit === undefined || Number.isNaN(value) ? [] : [{ what, value, limit }]
}
