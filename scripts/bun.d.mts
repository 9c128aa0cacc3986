export const root: string
export const bun: string
export const COMPILE_FLAGS: readonly string[]
export function bunBuild(...args: readonly string[]): void
