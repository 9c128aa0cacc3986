import { SecwrapError } from '../../core/errors.ts'
import { type FileStatus, openFiles, readOpen } from '../../core/files.ts'

/** A secret file's size limit in bytes: 1 MiB. */
const MAX_BYTES = 1024 * 1024

export interface SecretFile {
  readonly text: string
  readonly mode: number // permissions
}

/**
 * Reads a secret's file: opens it, then checks and reads what is open, so that a link that is changed
 * in between changes nothing. Undefined where there is no such file.
 *
 * @param raw - how messages name it.
 * @param maxBytes - whole MiB.
 * @throws SecwrapError DENIED, BAD_CONFIG (a folder, a device, /proc), BAD_VALUE (too large, not UTF-8).
 */
export function readSecretFile(path: string, raw: string, maxBytes = MAX_BYTES): SecretFile | undefined {
  const descriptor = openForRead(path, raw)
  if (descriptor === undefined) return undefined
  try {
    const status = openFiles().status(descriptor)
    checkKind(status, raw, maxBytes)
    return { text: decode(readAll(descriptor, raw, maxBytes), raw), mode: status?.mode ?? 0 }
  } finally {
    openFiles().close(descriptor)
  }
}

function openForRead(path: string, raw: string): number | undefined {
  try {
    return openFiles().open(path)
  } catch (error) {
    const { code } = error as { code?: string }
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    if (code === 'EACCES' || code === 'EPERM') throw refuse('DENIED', raw, "can't be read by this user")
    throw refuse('BAD_CONFIG', raw, `can't be opened (${code ?? 'unknown error'})`)
  }
}

function checkKind(status: FileStatus | undefined, raw: string, maxBytes: number): void {
  if (status?.kind === 'folder') throw refuse('BAD_CONFIG', raw, 'is a folder')
  if (status?.kind !== 'file') throw refuse('BAD_CONFIG', raw, 'is not a regular file')
  if (isOfKernel(status)) throw refuse('BAD_CONFIG', raw, 'is a file of the kernel, below /proc or /sys')
  if (status.size > maxBytes) throw tooLarge(raw, maxBytes)
}

// Their files look regular, and hold other processes' environments. A file system that is on no disk has a device of
// major number 0, so one that has another needs no closer look.
function isOfKernel({ device }: FileStatus): boolean {
  if (device >= MAJOR) return false
  return device !== deviceOf('/') && (device === deviceOf('/proc') || device === deviceOf('/sys'))
}

const MAJOR = 2 ** 20

const devices = new Map<string, number | undefined>()

function deviceOf(folder: string): number | undefined {
  if (!devices.has(folder)) devices.set(folder, openFiles().status(folder)?.device)
  return devices.get(folder)
}

function readAll(descriptor: number, raw: string, maxBytes: number): Uint8Array {
  const bytes = readOpen(descriptor, maxBytes + 1)
  if (bytes.length > maxBytes) throw tooLarge(raw, maxBytes)
  return bytes
}

function tooLarge(raw: string, maxBytes: number): SecwrapError {
  return refuse('BAD_VALUE', raw, `is larger than ${maxBytes / 1024 ** 2} MiB`)
}

function decode(bytes: Uint8Array, raw: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw refuse('BAD_VALUE', raw, 'is not UTF-8 text')
  }
}

function refuse(code: 'DENIED' | 'BAD_CONFIG' | 'BAD_VALUE', raw: string, fact: string): SecwrapError {
  return new SecwrapError(code, `${raw} ${fact}`, { ref: raw })
}

/** What a program that reads a secret from a file expects: without the newline that an editor left. */
export function dropNewline(text: string): string {
  if (text.endsWith('\r\n')) return text.slice(0, -2)
  return text.endsWith('\n') ? text.slice(0, -1) : text
}
