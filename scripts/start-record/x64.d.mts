export const ADDRESS: number
export const CODE_OFFSET: number
export const MEMORY_BYTES: number
export const MACHINE: number
export const SETTINGS: readonly string[]
export const SETTINGS_OFFSET: number
export const SETTING_BYTES: number
export function assemble(entry: number, environ: number): Buffer
