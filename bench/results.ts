/** Samples → the figures of one run, each with its bounds. */
import { type Bound, boundsOf } from './bounds.ts'
import type { Requests } from './expectations.ts'
import type { Samples } from './measure.ts'
import type { Row } from './rows.ts'
import { median, percentile } from './statistics.ts'

/** What is judged: a row with its bounds. */
export interface Judged {
  readonly name: string
  readonly failed: number // runs
  readonly bounds: readonly Bound[]
}

export interface Figures extends Judged {
  readonly medianMs: number
  readonly p10Ms: number
  readonly p90Ms: number
  readonly cpuMs: number
  readonly memoryMiB: number
  readonly pageFaults: number
  readonly ofEmpty: number // ratios of medians, within this run
  readonly ofNode: number
  readonly requests?: Requests
}

type ByRow<T> = Readonly<Record<string, T>>

export interface Measured {
  readonly samples: ByRow<Samples>
  readonly requests: ByRow<Requests>
}

export function figuresOf(rows: readonly Row[], measured: Measured): readonly Figures[] {
  const { samples, requests } = measured
  const medianOf = (name: string) => median(samples[name]?.wallMs ?? [])
  return rows.map(({ name, expectation }) => {
    const { wallMs = [], cpuMs = [], maxRssKiB = [], pageFaults = [], failed = 0 } = samples[name] ?? {}
    return {
      name,
      medianMs: median(wallMs),
      p10Ms: percentile(wallMs, 0.1),
      p90Ms: percentile(wallMs, 0.9),
      cpuMs: median(cpuMs),
      memoryMiB: median(maxRssKiB) / 1024,
      pageFaults: median(pageFaults),
      ofEmpty: medianOf(name) / medianOf('empty'),
      ofNode: medianOf(name) / medianOf('node'),
      failed,
      ...(requests[name] && { requests: requests[name] }),
      bounds: expectation ? boundsOf(name, expectation, measured) : [],
    }
  })
}
