export interface BackOff {
  readonly baseMs: number
  readonly capMs: number
}

export const RETRY: BackOff = { baseMs: 1_000, capMs: 60_000 }

/** How long to wait after `failures` failures before this one: doubled each time, up to the cap. */
export function backOff(failures: number, { baseMs, capMs }: BackOff): number {
  return Math.min(capMs, baseMs * 2 ** Math.min(failures, 30))
}
