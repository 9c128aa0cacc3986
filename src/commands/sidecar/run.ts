/** `render --watch`: which of its stages this process is, and what that one does. */
import type { Flag, FlagValues } from '../flags.ts'
import { takeStage } from '../watch/stage.ts'
import { becomeSupervisor, becomeWorker, flagVariables, openLibcToWatch } from '../watch/start.ts'
import { readSidecarPolicy } from './policy.ts'

/**
 * Returns in the process that stays and in none else, and goes on by events.
 *
 * @param words - SOURCE:TARGET …
 * @param flags - those of `render`, whose variables every stage needs.
 */
export async function watchFiles(
  values: FlagValues,
  words: readonly string[],
  flags: readonly Flag[],
): Promise<void> {
  const libc = openLibcToWatch()
  const policy = readSidecarPolicy(values)
  const stage = takeStage(process.env)
  if (!stage) return becomeSupervisor(libc, flags)
  if (stage.name === 'opener') return becomeWorker(libc, stage)
  if (stage.name === 'supervisor') {
    const { keepFiles } = await import('./parent.ts')
    const { 'atomic-set': atomicSet } = values
    const set = atomicSet === undefined ? undefined : String(atomicSet)
    return keepFiles(libc, stage, policy, flagVariables(flags), set)
  }
  if (stage.name === 'closer') return (await import('./closer.ts')).close(libc, stage, values, words)
  if (stage.name === 'runner') return (await import('./runner.ts')).runProgram(libc, stage, values)
  return (await import('./looker.ts')).look(libc, stage, values, words)
}
