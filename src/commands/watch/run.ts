/** `exec --watch`: which of its stages this process is, and what that one does. */
import { COMMON_FLAGS, EXEC_FLAGS, type FlagValues, MASK_FLAGS, WATCH_FLAGS } from '../flags.ts'
import { readPolicy } from './policy.ts'
import { takeStage } from './stage.ts'
import { becomeSupervisor, becomeWorker, flagVariables, openLibcToWatch } from './start.ts'

const FLAGS = [...COMMON_FLAGS, ...EXEC_FLAGS, ...MASK_FLAGS, ...WATCH_FLAGS]

/** Returns in the supervisor and in none else, and goes on by events. */
export async function watch(values: FlagValues, command: readonly string[]): Promise<void> {
  const libc = openLibcToWatch()
  const policy = readPolicy(values)
  const stage = takeStage(process.env)
  if (!stage) return becomeSupervisor(libc, FLAGS)
  if (stage.name === 'opener') return becomeWorker(libc, stage)
  if (stage.name === 'supervisor') {
    const { supervise } = await import('./supervisor.ts')
    return supervise(libc, stage, policy, flagVariables(FLAGS), values.mask !== false)
  }
  if (stage.name === 'closer') return (await import('./closer.ts')).close(libc, stage, values)
  if (stage.name === 'poller') return (await import('./poller.ts')).poll(libc, stage, values)
  return (await import('./resolver.ts')).resolveAndBecome(libc, stage, values, command)
}
