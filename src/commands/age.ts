const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const

/** 3 d 4 h as `3d`: the largest unit is all that a table needs. */
export function formatAge(ms: number): string {
  const [unit, length] = UNITS.find(([, each]) => ms >= each) ?? ['s', 1_000]
  return `${Math.max(0, Math.floor(ms / length))}${unit}`
}

/** How long ago that was; '' where it is not known. */
export function ageOf(date: Date | undefined): string {
  return date ? formatAge(Date.now() - date.getTime()) : ''
}
