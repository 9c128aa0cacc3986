/** What was measured beside what is allowed. */
import type { Expectation, Ratio, Requests } from './expectations.ts'
import type { Samples } from './measure.ts'
import type { Measured } from './results.ts'
import { median } from './statistics.ts'

/** A figure and its limit, as the table and the JSON show it. */
export interface Bound {
  readonly what: string
  readonly value: number
  readonly limit?: number // absent where it is only told
  readonly isLeast?: true // more is better
  readonly exact?: true // less is wrong as well: a program that asks for nothing is fast
}

export function isOver({ value, limit, isLeast, exact }: Bound): boolean {
  if (limit === undefined) return false
  if (isLeast) return !(value >= limit)
  return exact ? value !== limit : !(value <= limit)
}

/** @param name - of the row. */
export function boundsOf(name: string, expectation: Expectation, measured: Measured): readonly Bound[] {
  const own = measured.samples[name]
  if (!own) return []
  return [
    ...requestBounds(expectation.requests, measured.requests[name] ?? {}),
    ...(expectation.ratios ?? []).flatMap(ratio => ratioBound(own, ratio, measured)),
    ...memoryBound(own, expectation),
  ]
}

/** Of the kinds that are expected, and of any other none. */
export function requestBounds(expected: Requests, counted: Requests): readonly Bound[] {
  const kinds = new Set([...Object.keys(expected), ...Object.keys(counted)])
  if (kinds.size === 0) return [{ what: 'requests', value: 0, limit: 0, exact: true }]
  return [...kinds].map(kind => ({
    what: `${kind} requests`,
    value: counted[kind] ?? 0,
    limit: expected[kind] ?? 0,
    exact: true,
  }))
}

/** None where the other row was not measured. */
function ratioBound(
  own: Samples,
  { of, to, plusMs = 0, limit }: Ratio,
  { samples }: Measured,
): readonly Bound[] {
  const value = median(own[of]) / (median(samples[to]?.[of] ?? []) + plusMs)
  if (Number.isNaN(value)) return []
  const prefix = of === 'pageFaults' ? 'page faults of' : 'of'
  return [{ what: `${prefix} ${to}${plusMs > 0 ? ` + ${plusMs} ms` : ''}`, value, limit }]
}

function memoryBound({ maxRssKiB }: Samples, { memoryMiB }: Expectation): readonly Bound[] {
  return memoryMiB === undefined ? [] : [{ what: 'MiB', value: median(maxRssKiB) / 1024, limit: memoryMiB }]
}
