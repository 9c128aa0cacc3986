/** Files that have no name and end with the last process that holds them: for what must not be in any memory of ours. */
import { type Libc, systemCalls } from '../core/libc.ts'

const F_SETFL = 4
const O_APPEND = 0o2000
const MFD_CLOEXEC = 1
const SEEK_END = 2

/** @returns a descriptor that a program started from here does not get. Source: memfd_create(2). */
export function createMemoryFile(libc: Libc): number {
  const name = new TextEncoder().encode('secwrap\0') // shown in /proc/PID/fd, and nothing more
  const descriptor = libc.call(systemCalls().memfd_create, libc.addressOf(name), MFD_CLOEXEC)
  if (descriptor < 0) throw new Error(`no memory file, errno ${-descriptor}`)
  // Whoever writes, writes at the end: the place in the file is shared by all processes that hold it.
  libc.call(systemCalls().fcntl, descriptor, F_SETFL, O_APPEND)
  return descriptor
}

/** Asks for the size of the file, not for what is in it. */
export function isEmptyMemoryFile(libc: Libc, descriptor: number): boolean {
  return libc.call(systemCalls().lseek, descriptor, 0, SEEK_END) === 0
}

export function emptyMemoryFile(libc: Libc, descriptor: number): void {
  libc.call(systemCalls().ftruncate, descriptor, 0)
}

const CHUNK_BYTES = 64 * 1024
let chunk: { readonly bytes: Uint8Array; readonly address: number } | undefined

/** All of it, wherever others are in it. */
export function readMemoryFile(libc: Libc, descriptor: number): Uint8Array {
  chunk ??= openChunk(libc)
  const parts: Uint8Array[] = []
  for (let position = 0; ; ) {
    const count = libc.call(systemCalls().pread64, descriptor, chunk.address, CHUNK_BYTES, position)
    if (count <= 0) return Buffer.concat(parts)
    parts.push(chunk.bytes.slice(0, count))
    position += count
  }
}

// One for all reads: an address that was handed to the kernel stays held for good.
function openChunk(libc: Libc) {
  const bytes = new Uint8Array(CHUNK_BYTES)
  return { bytes, address: libc.addressOf(bytes) }
}
