import { SecwrapError } from '../core/errors.ts'
import { openFiles, readOpen } from '../core/files.ts'

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
  const bytes = readTemplateBytes(path)
  return bytes && decode(bytes)
}

/** The same for a file of any bytes. @throws SecwrapError BAD_TEMPLATE (a folder, a device, too large), DENIED. */
export function readTemplateBytes(path: string): Uint8Array | undefined {
  const descriptor = path === '-' ? STANDARD_INPUT : openTemplate(path)
  if (descriptor === undefined) return undefined
  try {
    checkKind(descriptor)
    return readAll(descriptor)
  } catch (error) {
    throw error instanceof SecwrapError ? error : describeFailure(error)
  } finally {
    if (descriptor !== STANDARD_INPUT) openFiles().close(descriptor)
  }
}

function openTemplate(path: string): number | undefined {
  try {
    return openFiles().open(path, { wait: true })
  } catch (error) {
    const { code } = error as { code?: string }
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw describeFailure(error)
  }
}

/** Of the open file, which nobody can swap any more. */
function checkKind(descriptor: number): void {
  const { kind, size } = openFiles().status(descriptor) ?? { kind: 'other', size: 0 }
  if (kind === 'folder') throw new SecwrapError('BAD_TEMPLATE', "a template can't be a folder")
  // /dev/null is the empty template; a terminal and sockets end as a pipe does.
  if (kind === 'disk') throw new SecwrapError('BAD_TEMPLATE', "a template can't be a device")
  if (size > MAX_BYTES) throw tooLarge()
}

function readAll(descriptor: number): Uint8Array {
  const bytes = readOpen(descriptor, MAX_BYTES + 1)
  if (bytes.length > MAX_BYTES) throw tooLarge()
  return bytes
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
