/**
 * The few calls on files that a start needs. In Bun they are the kernel's own: loading node:fs would take a
 * compiled program 0.9 ms and a thread (docs/decisions/007-start-up-cost.md). In Node they are node:fs.
 *
 * Every one of them throws an error that has the kernel's `code`, as node:fs does.
 */
import { filesByCalls } from './files-by-calls.ts'
import { filesByNode } from './files-by-node.ts'
import { openLibc } from './libc.ts'

export interface FileStatus {
  readonly kind: 'file' | 'folder' | 'disk' | 'other'
  readonly size: number // bytes
  readonly mode: number // permissions: 0o640
  readonly device: number // of its file system: major · 2^20 + minor
}

export interface Files {
  /** Opens for reading; never makes a terminal ours, and waits for a FIFO's writer only if told. @returns a descriptor. */
  open(path: string, options?: { readonly wait: boolean }): number
  /** Of what is open, or of what a path leads to: undefined where that is nothing. */
  status(file: number | string): FileStatus | undefined
  /** Reads into what is left of `bytes` from `start` on. @returns the count; 0 at the end. */
  read(descriptor: number, bytes: Uint8Array, start: number): number
  /** Writes what is left of `bytes` from `start` on. @returns the count. */
  write(descriptor: number, bytes: Uint8Array, start: number): number
  close(descriptor: number): void
  /** Throws where this user may not execute it. */
  checkExecutable(path: string): void
}

let opened: Files | undefined

export function openFiles(): Files {
  if (opened) return opened
  const libc = process.versions.bun ? openLibc() : undefined
  opened = libc ? filesByCalls(libc) : filesByNode()
  return opened
}

/** Whether a path leads to something that this user can see. */
export function exists(path: string): boolean {
  try {
    return openFiles().status(path) !== undefined
  } catch {
    return false
  }
}

/** All bytes of a file of unknown size, /proc included; at most `maxBytes`, the rest is left out. */
export function readWhole(path: string, maxBytes: number): Uint8Array {
  const files = openFiles()
  const descriptor = files.open(path, { wait: true })
  try {
    return readOpen(descriptor, maxBytes)
  } finally {
    files.close(descriptor)
  }
}

/** The bytes of what is open, from where it stands; at most `maxBytes`, the rest is left out. */
export function readOpen(descriptor: number, maxBytes: number): Uint8Array {
  let bytes = new Uint8Array(FIRST_BYTES).subarray(0, maxBytes)
  let length = 0
  for (;;) {
    const count = readSome(descriptor, bytes, length)
    length += count
    if (count === 0 || length === maxBytes) return bytes.subarray(0, length)
    if (length === bytes.length) bytes = enlarge(bytes).subarray(0, maxBytes)
  }
}

function readSome(descriptor: number, bytes: Uint8Array, start: number): number {
  for (;;) {
    try {
      return openFiles().read(descriptor, bytes, start)
    } catch (error) {
      // A pipe that somebody made non-blocking, and that has nothing to read yet.
      if ((error as { code?: string }).code !== 'EAGAIN') throw error
      pause()
    }
  }
}

/** Stops this thread for some milliseconds, for want of a way to wait for a descriptor. */
export function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
}

const FIRST_BYTES = 8 * 1024

function enlarge(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(bytes.length * 4)
  larger.set(bytes)
  return larger
}
