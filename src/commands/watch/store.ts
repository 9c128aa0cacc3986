/** What the first process knows, in a memory file: the supervisor holds it and never reads it. */
import type { Libc } from '../../core/libc.ts'
import { writeAll } from '../../core/log.ts'
import type { StartState } from '../../launch/exec.ts'
import { createMemoryFile, readMemoryFile } from '../../launch/memory-file.ts'

export interface Stored {
  readonly start: StartState
  readonly key: string // of the digests that stand for versions
  readonly variables: readonly Uint8Array[] // NAME=value, as the caller gave them
}

/** A line of JSON, then the variables, each with a NUL byte after it. @returns the file's descriptor. */
export function writeStore(libc: Libc, { start, key, variables }: Stored): number {
  const { openFiles, ignored, blocked, descriptors, isRecorded } = start
  const numbers = { openFiles: openFiles?.toString(), ignored: `${ignored}`, blocked: `${blocked}` }
  const head = Buffer.from(`${JSON.stringify({ ...numbers, descriptors, isRecorded, key })}\n`)
  const nul = new Uint8Array(1)
  const descriptor = createMemoryFile(libc)
  writeAll(descriptor, Buffer.concat([head, ...variables.flatMap(variable => [variable, nul])]))
  return descriptor
}

export function readStore(libc: Libc, descriptor: number): Stored {
  const bytes = Buffer.from(readMemoryFile(libc, descriptor))
  const end = bytes.indexOf('\n')
  const { openFiles, ignored, blocked, ...rest } = JSON.parse(bytes.toString('utf8', 0, end))
  const start: StartState = {
    openFiles: openFiles === undefined ? undefined : BigInt(openFiles),
    ignored: BigInt(ignored),
    blocked: BigInt(blocked),
    descriptors: rest.descriptors,
    isRecorded: rest.isRecorded,
  }
  const variables = bytes
    .toString('latin1', end + 1)
    .split('\0')
    .slice(0, -1)
  return { start, key: rest.key, variables: variables.map(text => Buffer.from(text, 'latin1')) }
}
