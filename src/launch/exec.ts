/** The last step: this process becomes the command. */
import { type Libc, openLibc, systemCalls } from '../core/libc.ts'
import { endStep, tellSteps } from '../core/timing.ts'
import type { Environment } from '../core/types.ts'
import { describeFailure, ENOEXEC, isText } from './failure.ts'
import { readStrings } from './proc.ts'
import { restoreState } from './restore.ts'
import type { StartState } from './start-state.ts'

export { findCommand } from './command.ts'
export { listLosses } from './losses.ts'
export { endOnSignals, protectProcess, readStackLimit, takeRawInherited } from './process.ts'
export { type StartState, takeStartState } from './start-state.ts'

type Text = string | Uint8Array // bytes where they are not UTF-8

interface Image {
  readonly file: string
  readonly argv: readonly Text[]
  readonly variables: readonly Text[] // NAME=value
}

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
  const run = (image: Image) => (libc ? execute(libc, image) : executeByRuntime(image, environment))
  const image = { file, argv: withRawBytes(argv), variables: joinVariables(environment, raw) }
  let errno = run(image)
  // Neither a binary nor a script with `#!`: a shell takes it for a script of its own kind.
  if (errno === ENOEXEC && isText(file)) {
    errno = run({ ...image, file: '/bin/sh', argv: ['sh', file, ...image.argv.slice(1)] })
  }
  throw describeFailure(errno, file)
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

/** @returns the errno: if it works, the call does not return. */
function execute(libc: Libc, { file, argv, variables }: Image): number {
  const path = libc.addressOf(endWithNul([file]))
  const argvPointers = libc.addressOf(layOut(libc, argv))
  const variablePointers = libc.addressOf(layOut(libc, variables))
  endStep('launch')
  tellSteps()
  return -libc.call(systemCalls().execve, path, argvPointers, variablePointers)
}

/** C strings in memory: their addresses, ended by a null pointer, as execve takes them; 64 bits in two halves. */
function layOut(libc: Libc, texts: readonly Text[]): Uint32Array {
  const halves = new Uint32Array(2 * texts.length + 2)
  if (texts.length === 0) return halves
  const bytes = endWithNul(texts)
  const start = libc.addressOf(bytes)
  let next = 0
  for (let index = 0; index < texts.length; index++) {
    halves[2 * index] = (start + next) % 2 ** 32
    halves[2 * index + 1] = (start + next) / 2 ** 32
    next = bytes.indexOf(0, next) + 1
  }
  if (next !== bytes.length) throw new Error('a NUL byte inside a string')
  return halves
}

function endWithNul(texts: readonly Text[]): Uint8Array {
  let ended = ''
  for (const text of texts) {
    if (typeof text !== 'string') return joinBytes(texts)
    ended += `${text}\0`
  }
  // One call for all of them: with one a string, 40 variables take 0.3 ms.
  return new TextEncoder().encode(ended)
}

// A function of its own: the engine makes Buffer as soon as it links one that names it, which takes 0.1 ms.
function joinBytes(texts: readonly Text[]): Uint8Array {
  const nul = new Uint8Array(1)
  return Buffer.concat(texts.flatMap(text => [typeof text === 'string' ? Buffer.from(text) : text, nul]))
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
