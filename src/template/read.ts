import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { SecwrapError } from '../core/errors.ts'

/** More is no template but a mistake, which must not cost time. */
const MAX_BYTES = 4 * 1024 * 1024

const STANDARD_INPUT = 0

/**
 * The text of a template; undefined where there is no such file.
 *
 * @param path - `-` is standard input.
 * @throws SecwrapError BAD_TEMPLATE (a folder, a device, too large, not UTF-8), DENIED.
 */
export function readTemplate(path: string): string | undefined {
  const descriptor = path === '-' ? STANDARD_INPUT : openTemplate(path)
  if (descriptor === undefined) return undefined
  try {
    return decode(readAll(descriptor, checkKind(descriptor)))
  } catch (error) {
    throw error instanceof SecwrapError ? error : describeFailure(error)
  } finally {
    if (descriptor !== STANDARD_INPUT) closeSync(descriptor)
  }
}

function openTemplate(path: string): number | undefined {
  try {
    return openSync(path, 'r')
  } catch (error) {
    const { code } = error as { code?: string }
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw describeFailure(error)
  }
}

/** The size to expect, checked on the open file, which nobody can swap any more. */
function checkKind(descriptor: number): number {
  const stats = fstatSync(descriptor)
  if (stats.isDirectory()) throw new SecwrapError('BAD_TEMPLATE', 'a template can not be a folder')
  // /dev/null is the empty template; a terminal and sockets end as a pipe does.
  if (stats.isBlockDevice()) throw new SecwrapError('BAD_TEMPLATE', 'a template can not be a device')
  if (stats.size > MAX_BYTES) throw tooLarge()
  return stats.size
}

function readAll(descriptor: number, expectedBytes: number): Uint8Array {
  let bytes = Buffer.allocUnsafe(expectedBytes + 1)
  let length = 0
  for (;;) {
    const count = readSome(descriptor, bytes, length)
    if (count === 0) return bytes.subarray(0, length)
    length += count
    if (length > MAX_BYTES) throw tooLarge()
    if (length === bytes.length) bytes = Buffer.concat([bytes], length * 2 + 4096)
  }
}

function readSome(descriptor: number, bytes: Uint8Array, offset: number): number {
  for (;;) {
    try {
      return readSync(descriptor, bytes, offset, bytes.length - offset, null)
    } catch (error) {
      // A pipe that somebody made non-blocking, and that has nothing to read yet.
      if ((error as { code?: string }).code !== 'EAGAIN') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    }
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new SecwrapError('BAD_TEMPLATE', 'the template is not UTF-8 text')
  }
}

function tooLarge(): SecwrapError {
  return new SecwrapError('BAD_TEMPLATE', `the template is larger than ${MAX_BYTES / 1024 / 1024} MiB`)
}

function describeFailure(error: unknown): SecwrapError {
  const { code = 'no reason given' } = error as { code?: string }
  const isDenied = code === 'EACCES' || code === 'EPERM'
  return new SecwrapError(isDenied ? 'DENIED' : 'BAD_TEMPLATE', `the template can't be read (${code})`)
}
