import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs'
import { SecwrapError } from '../../core/errors.ts'

/** A secret file's size limit in bytes: 1 MiB. */
const MAX_BYTES = 1024 * 1024

export interface SecretFile {
  readonly text: string
  readonly stats: Stats
}

/**
 * Reads a secret's file: opens it, then checks and reads what is open, so that a link that is changed
 * in between changes nothing. Undefined where there is no such file.
 *
 * @param raw - how messages name it.
 * @throws SecwrapError DENIED, BAD_CONFIG (a folder, a device, /proc), BAD_VALUE (too large, not UTF-8).
 */
export function readSecretFile(path: string, raw: string): SecretFile | undefined {
  const descriptor = openForRead(path, raw)
  if (descriptor === undefined) return undefined
  try {
    const stats = fstatSync(descriptor)
    checkKind(stats, raw)
    return { text: decode(readAll(descriptor, stats, raw), raw), stats }
  } finally {
    closeSync(descriptor)
  }
}

function openForRead(path: string, raw: string): number | undefined {
  try {
    // O_NONBLOCK: opening a FIFO must not wait for a writer. O_NOCTTY: a terminal must not become ours.
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
  } catch (error) {
    const { code } = error as { code?: string }
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    if (code === 'EACCES' || code === 'EPERM') throw refuse('DENIED', raw, 'this user may not read the file')
    throw refuse('BAD_CONFIG', raw, `the file can't be opened (${code ?? 'unknown error'})`)
  }
}

function checkKind(stats: Stats, raw: string): void {
  if (stats.isDirectory()) throw refuse('BAD_CONFIG', raw, 'is a folder')
  if (!stats.isFile()) throw refuse('BAD_CONFIG', raw, 'is not a regular file')
  if (KERNEL_FOLDERS.some(folder => isOn(stats, folder)))
    throw refuse('BAD_CONFIG', raw, 'is a file of the kernel')
  if (stats.size > MAX_BYTES) throw refuse('BAD_VALUE', raw, 'is larger than 1 MiB')
}

// Their files look regular, and hold other processes' environments.
const KERNEL_FOLDERS = ['/proc', '/sys']

function isOn({ dev }: Stats, folder: string): boolean {
  return statSync(folder, { throwIfNoEntry: false })?.dev === dev && dev !== statSync('/').dev
}

function readAll(descriptor: number, { size }: Stats, raw: string): Uint8Array {
  const bytes = new Uint8Array(size + 1)
  let length = 0
  while (length <= size) {
    const count = readSync(descriptor, bytes, length, bytes.length - length, null)
    if (count === 0) return bytes.subarray(0, length)
    length += count
  }
  throw new SecwrapError('UNAVAILABLE', `${raw}: the file grew while it was read`, { ref: raw, retry: {} })
}

function decode(bytes: Uint8Array, raw: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw refuse('BAD_VALUE', raw, 'is not UTF-8 text')
  }
}

function refuse(code: 'DENIED' | 'BAD_CONFIG' | 'BAD_VALUE', raw: string, fact: string): SecwrapError {
  return new SecwrapError(code, `${raw}: ${fact}`, { ref: raw })
}

/** What a program that reads a secret from a file expects: without the newline that an editor left. */
export function dropNewline(text: string): string {
  if (text.endsWith('\r\n')) return text.slice(0, -2)
  return text.endsWith('\n') ? text.slice(0, -1) : text
}
