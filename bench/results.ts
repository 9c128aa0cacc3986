/** Samples → the figures of one run, each with its bounds. */
import { type Bound, boundsOf } from './bounds.ts'
import type { Samples } from './measure.ts'
import { median, percentile } from './statistics.ts'

export interface Figures {
  readonly name: string
  readonly medianMs: number
  readonly p10Ms: number
  readonly p90Ms: number
  readonly cpuMs: number
  readonly memoryMiB: number
  readonly pageFaults: number
  readonly ofEmpty: number // ratios of medians, within this run
  readonly ofNode: number
  readonly failed: number
  readonly requests?: Readonly<Record<string, number>>
  readonly bounds: readonly Bound[]
}

type ByRow<T> = Readonly<Record<string, T>>

export interface Measured {
  readonly samples: ByRow<Samples>
  readonly requests: ByRow<Readonly<Record<string, number>>>
  readonly steps: ByRow<Readonly<Record<string, number>>>
}

export function figuresOf(measured: Measured): readonly Figures[] {
  const bounds = boundsOf(measured)
  const medianOf = (name: string) => median(measured.samples[name]?.wallMs ?? [])
  return Object.entries(measured.samples).map(([name, samples]) => ({
    name,
    medianMs: medianOf(name),
    p10Ms: percentile(samples.wallMs, 0.1),
    p90Ms: percentile(samples.wallMs, 0.9),
    cpuMs: median(samples.cpuMs),
    memoryMiB: median(samples.maxRssKiB) / 1024,
    pageFaults: median(samples.pageFaults),
    ofEmpty: medianOf(name) / medianOf('empty'),
    ofNode: medianOf(name) / medianOf('node'),
    failed: samples.failed,
    ...(measured.requests[name] && { requests: measured.requests[name] }),
    bounds: bounds.get(name) ?? [],
  }))
}
