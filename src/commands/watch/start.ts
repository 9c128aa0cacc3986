/** From process to process: how the stages of `--watch` become one another. */
import { SecwrapError } from '../../core/errors.ts'
import { type Libc, openLibc, systemCalls } from '../../core/libc.ts'
import { execute } from '../../launch/execute.ts'
import { describeFailure } from '../../launch/failure.ts'
import { readOwnImage, readOwnVariables } from '../../launch/own-image.ts'
import { resetAction, restoreState } from '../../launch/restore.ts'
import { takeCaller } from '../caller.ts'
import { type Flag, variableOf } from '../flags.ts'
import { descriptorsOf, formatStage, isStage, type WorkStage } from './stage.ts'
import { readStore, writeStore } from './store.ts'

/** @throws SecwrapError BAD_CONFIG */
export function openLibcToWatch(): Libc {
  const libc = openLibc()
  if (libc) return libc
  throw new SecwrapError('BAD_CONFIG', '--watch needs the FFI of Node, which is turned off', {
    hint: 'leave out --no-experimental-ffi',
  })
}

const KEY_BYTES = 32

/** The first process becomes the supervisor, and gives it nothing but settings of these flags. */
export function becomeSupervisor(libc: Libc, flags: readonly Flag[]): never {
  const image = readOwnImage()
  const variables = readOwnVariables().filter(variable => !isStage(variable))
  const { start } = takeCaller(process.env)
  const store = writeStore(libc, { start, key: createKey(), variables })
  restoreState(libc, { ...start, descriptors: [...start.descriptors, store] })
  const { ignored, descriptors } = start
  const stage = formatStage({ name: 'supervisor', store, ignored, descriptors })
  throw describeFailure(execute(libc, { ...image, variables: [stage, ...flagVariables(flags)] }), image.file)
}

function createKey(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(KEY_BYTES))).toString('hex')
}

const PR_SET_PDEATHSIG = 1
const SIGKILL = 9
const SIGCANCEL = 32

/** The opener becomes what it is to be, with the environment as the caller gave it. */
export function becomeWorker(libc: Libc, stage: WorkStage): never {
  // The command keeps this: without its supervisor it would be current no longer, and nobody would end it.
  libc.call(systemCalls().prctl, PR_SET_PDEATHSIG, SIGKILL)
  if (libc.call(systemCalls().getppid) !== stage.process) process.exit(128 + SIGKILL) // it is gone already
  const image = readOwnImage()
  const { start, variables } = readStore(libc, stage.store)
  const ours = descriptorsOf(stage)
  restoreState(libc, { ...start, descriptors: [...start.descriptors, ...ours] })
  resetAction(libc, SIGCANCEL) // glibc's own, which its posix_spawn leaves ignored
  const next = formatStage({ ...stage, name: stage.role })
  throw describeFailure(execute(libc, { ...image, variables: [...variables, next] }), image.file)
}

/** Settings of ours that came as variables; the supervisor gets no others. */
export function flagVariables(flags: readonly Flag[]): readonly string[] {
  const names = flags.map(variableOf)
  return names.flatMap(name => (process.env[name] === undefined ? [] : [`${name}=${process.env[name]}`]))
}
