/** How this program starts itself again, as it was started: for the stages of `exec --watch`. */
import { withoutDebugger } from './debugger.ts'
import type { Text } from './execute.ts'
import { readStrings } from './proc.ts'

/** The running program, also where its file was replaced by a newer one. */
const SELF = '/proc/self/exe'

export interface OwnImage {
  readonly file: string
  readonly argv: readonly Text[]
}

/** To be called before `protectProcess`. */
export function readOwnImage(): OwnImage {
  return { file: SELF, argv: withoutDebugger(readStrings('cmdline')) }
}

/** The environment as the caller gave it, byte for byte. To be called before `protectProcess`. */
export function readOwnVariables(): readonly Uint8Array[] {
  return readStrings('environ')
}
