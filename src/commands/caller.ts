import { type StartState, takeRawInherited, takeStartState } from '../launch/exec.ts'

/** What the caller gave this process beside the environment that JavaScript sees. */
export interface Caller {
  readonly start: StartState
  readonly rawInherited: readonly Uint8Array[] // NAME=value that are not UTF-8
}

let caller: Caller | undefined

/**
 * Takes it at the first call, and our own notes of it out of the environment, so that neither the command nor
 * any other program sees them.
 */
export function takeCaller(environment: NodeJS.ProcessEnv): Caller {
  caller ??= { start: takeStartState(environment), rawInherited: takeRawInherited(environment) }
  return caller
}
