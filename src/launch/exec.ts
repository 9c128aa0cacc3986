/** The last step: this process becomes the command. */
import { type Libc, openLibc, systemCalls } from '../core/libc.ts'
import type { Environment } from '../core/types.ts'
import { describeFailure, ENOEXEC, isText } from './failure.ts'
import { readStrings } from './proc.ts'
import { restoreState } from './restore.ts'
import type { StartState } from './start-state.ts'

export { findCommand } from './command.ts'
export { endOnSignals, protectProcess, takeRawInherited } from './process.ts'
export { takeStartState } from './start-state.ts'

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
  return variables.concat(raw.filter(variable => !(nameOf(variable) in environment)))
}

function nameOf(variable: Uint8Array): string {
  return Buffer.from(variable.subarray(0, variable.indexOf(0x3d))).toString()
}

/** The runtime has replaced bytes that are not UTF-8; the kernel still has them. The command is last in argv. */
function withRawBytes(argv: readonly string[]): readonly Text[] {
  if (!argv.some(argument => argument.includes('\ufffd'))) return argv
  return readStrings('cmdline').slice(-argv.length)
}

/** @returns the errno: if it works, the call does not return. */
function execute(libc: Libc, { file, argv, variables }: Image): number {
  const [path = 0n] = layOut(libc, [file])
  const argvPointers = libc.addressOf(layOut(libc, argv))
  const variablePointers = libc.addressOf(layOut(libc, variables))
  return -libc.call(systemCalls().execve, path, argvPointers, variablePointers)
}

/** C strings in memory: their addresses, ended by a null pointer, as execve takes them. */
function layOut(libc: Libc, texts: readonly Text[]): BigUint64Array {
  let size = 0
  for (const text of texts) size += 3 * text.length + 1 // UTF-8 takes at most 3 bytes a character
  const bytes = new Uint8Array(new ArrayBuffer(size))
  const offsets: number[] = []
  let end = 0
  for (const text of texts) {
    offsets.push(end)
    end += copy(text, bytes.subarray(end)) + 1
  }
  const start = libc.addressOf(bytes)
  return new BigUint64Array([...offsets.map(offset => start + BigInt(offset)), 0n])
}

function copy(text: Text, target: Uint8Array): number {
  if (typeof text === 'string') return new TextEncoder().encodeInto(text, target).written
  target.set(text)
  return text.length
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
