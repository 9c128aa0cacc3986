export const ADDRESS: number
export const CODE_OFFSET: number
export const MEMORY_BYTES: number
export const MACHINE: number
export const SETTING: string
export const SETTING_OFFSET: number
export function assemble(entry: number, environ: number): Buffer
