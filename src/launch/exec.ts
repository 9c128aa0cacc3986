/** The last step: this process becomes the command. */
import { openLibc } from '../core/libc.ts'
import { endStep, tellSteps } from '../core/timing.ts'
import type { Environment } from '../core/types.ts'
import { execute, type Image, type Text } from './execute.ts'
import { describeFailure, ENOEXEC, isText } from './failure.ts'
import { readStrings } from './proc.ts'
import { restoreState } from './restore.ts'
import type { StartState } from './start-state.ts'

export { findCommand } from './command.ts'
export { endOnSignals, isProtected, protectProcess, readStackLimit, takeRawInherited } from './process.ts'
export { type StartState, takeStartState } from './start-state.ts'

/**
 * Restores what the caller gave, then runs `file` in this very process. Returns only by throwing.
 *
 * @param raw - inherited `NAME=value` that are not UTF-8, passed on byte for byte.
 * @throws SecwrapError NOT_EXECUTABLE or NO_COMMAND, as a shell takes the errno.
 */
export function becomeCommand(
  file: string,
  argv: readonly string[],
  environment: Environment,
  raw: readonly Uint8Array[],
  start: StartState,
): never {
  const libc = openLibc()
  if (libc) restoreState(libc, start)
  const run = (image: Image) =>
    libc ? execute(libc, image, endLaunch) : executeByRuntime(image, environment)
  const image = { file, argv: withRawBytes(argv), variables: joinVariables(environment, raw) }
  let errno = run(image)
  // Neither a binary nor a script with `#!`: a shell takes it for a script of its own kind.
  if (errno === ENOEXEC && isText(file)) {
    errno = run({ ...image, file: '/bin/sh', argv: ['sh', file, ...image.argv.slice(1)] })
  }
  throw describeFailure(errno, file)
}

function endLaunch(): void {
  endStep('launch')
  tellSteps()
}

function joinVariables(environment: Environment, raw: readonly Uint8Array[]): Text[] {
  const variables: Text[] = []
  for (const name in environment) variables.push(`${name}=${environment[name]}`)
  for (const variable of raw) if (!(nameOf(variable) in environment)) variables.push(variable)
  return variables
}

function nameOf(variable: Uint8Array): string {
  return Buffer.from(variable.subarray(0, variable.indexOf(0x3d))).toString()
}

/** The runtime has replaced bytes that are not UTF-8; the kernel still has them. The command is last in argv. */
function withRawBytes(argv: readonly string[]): readonly Text[] {
  if (!argv.join('').includes('\ufffd')) return argv
  return readStrings('cmdline').slice(-argv.length)
}

// Without FFI: what restore.ts does stays undone, and bytes that are not UTF-8 are lost.
function executeByRuntime({ file, argv }: Image, environment: Environment): number {
  try {
    return process.execve?.(file, argv.map(String), { ...environment }) ?? 0
  } catch (error) {
    // Its message would print the environment.
    return Math.abs(Number((error as { errno?: number }).errno ?? 0))
  }
}
