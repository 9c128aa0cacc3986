import type { Inspect } from '../../core/types.ts'

/** Files need no settings. */
export const inspect: Inspect = ({ ids }) => [ids.length === 1 ? '1 file' : `${ids.length} files`]
