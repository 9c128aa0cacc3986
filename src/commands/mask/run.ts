/**
 * `exec --mask`: pipes in the place of standard output and standard error, and a process that empties them. With
 * `--mask=pty` a pseudo-terminal, where it is a terminal.
 */
import { fstatSync } from 'node:fs'
import { isatty } from 'node:tty'
import { SecwrapError } from '../../core/errors.ts'
import { type Libc, openLibc, systemCalls } from '../../core/libc.ts'
import { writeAll } from '../../core/log.ts'
import type { Environment, Inherited } from '../../core/types.ts'
import type { StartState } from '../../launch/exec.ts'
import { COMMON_FLAGS, EXEC_FLAGS, MASK_FLAGS, variableOf, WATCH_FLAGS } from '../flags.ts'
import type { Prepared } from '../prepare.ts'
import { addColors } from './colors.ts'
import { runStage } from './masker.ts'
import { openPseudoTerminal } from './pseudo-terminal.ts'
import { formatStage, takeStage } from './stage.ts'
import { openPipe, type Pipe, startSelf, waitFor } from './start.ts'
import { listMaskValues } from './values.ts'

export interface Masker {
  /** Tells programs that look for a terminal that there is one behind the pipe. */
  addColors(environment: Environment): Environment
  /** From here on what this process writes, and the command that it becomes, is masked. */
  connect(prepared: Prepared): void
}

const F_SETFD = 2
const FD_CLOEXEC = 1

/** Does not return in those processes that are not to become the command. */
export function runOwnStage(environment: NodeJS.ProcessEnv): void {
  const stage = takeStage(environment)
  if (stage) runStage(needLibc(), stage, flagVariables(environment))
}

/**
 * It starts while secrets are still being read. To be called before `protectProcess`.
 *
 * Undefined where the command has nothing to write to.
 */
export function startMasker(
  start: StartState,
  environment: Inherited,
  keepsTerminals: boolean,
): Masker | undefined {
  const libc = needLibc()
  const streams = openStreams(libc, start, keepsTerminals)
  if (streams.length === 0) return undefined
  const values = openPipe(libc)
  const routes = streams.map(({ outputs: [to], pipe }) => ({ from: pipe.out, to }))
  const given = [...streams.flatMap(({ outputs }) => outputs), values.out, ...routes.map(({ from }) => from)]
  const hasColors = !keepsTerminals && start.descriptors.includes(1) && isatty(1)
  const stage = formatStage({ name: 'starter', values: values.out, routes })
  // What the caller holds open would not end before the masker does.
  for (const descriptor of start.descriptors) libc.call(systemCalls().fcntl, descriptor, F_SETFD, FD_CLOEXEC)
  const pid = startSelf(libc, [stage, ...flagVariables(environment)], given)
  for (const { out } of [values, ...streams.map(({ pipe }) => pipe)]) libc.call(systemCalls().close, out)
  return {
    addColors: own => (hasColors ? addColors(own) : own),
    connect(prepared) {
      if (pid < 0) throw notStarted()
      writeAll(values.into, JSON.stringify(listMaskValues(prepared)))
      libc.call(systemCalls().close, values.into)
      if (waitFor(libc, pid) !== 0) throw notStarted()
      for (const stream of streams) replaceOutputs(libc, stream)
    },
  }
}

interface Stream {
  readonly outputs: readonly [number, ...number[]] // 1, 2 or both
  readonly pipe: Pipe // or the sides of a pseudo-terminal
}

function openStreams(libc: Libc, { descriptors }: StartState, keepsTerminals: boolean): readonly Stream[] {
  const groups = groupOutputs(descriptors.includes(1), descriptors.includes(2))
  return groups.map(outputs => {
    const [to] = outputs
    const pipe = keepsTerminals && isatty(to) ? openPseudoTerminal(libc, to) : openPipe(libc)
    return { outputs, pipe }
  })
}

/** Two that lead to the same place share a pipe, so that what is written to them keeps its order. */
function groupOutputs(hasFirst: boolean, hasSecond: boolean): readonly Stream['outputs'][] {
  if (hasFirst && hasSecond) return leadToTheSame(1, 2) ? [[1, 2]] : [[1], [2]]
  if (hasFirst) return [[1]]
  return hasSecond ? [[2]] : []
}

function leadToTheSame(one: number, other: number): boolean {
  const [first, second] = [fstatSync(one), fstatSync(other)]
  return first.dev === second.dev && first.ino === second.ino
}

function replaceOutputs(libc: Libc, { outputs, pipe: { into } }: Stream): void {
  for (const output of outputs) libc.call(systemCalls().dup3, into, output, 0)
  libc.call(systemCalls().close, into)
}

function needLibc(): Libc {
  const libc = openLibc()
  if (libc) return libc
  throw new SecwrapError('BAD_CONFIG', '--mask needs the FFI of Node, which is turned off', {
    hint: 'leave out --no-experimental-ffi',
  })
}

function notStarted(): SecwrapError {
  return new SecwrapError('BAD_CONFIG', 'the process that masks the output could not be started', {
    hint: 'ulimit -u',
  })
}

/** Settings of ours that came as variables: what is started reads the same flags as this process. */
function flagVariables(environment: Inherited): readonly string[] {
  const names = [...COMMON_FLAGS, ...EXEC_FLAGS, ...MASK_FLAGS, ...WATCH_FLAGS].map(variableOf)
  return names.flatMap(name => (environment[name] === undefined ? [] : [`${name}=${environment[name]}`]))
}
