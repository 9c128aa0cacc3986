import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { openLibc, systemCalls } from './libc.ts'

/**
 * Puts a whole new text in the place of a file, or makes the file: readers see the old or the new one, and
 * nothing else, also after a power cut. Mode and owner stay; a link stays one, and what it leads to changes.
 *
 * @param mode - the file gets it, whatever the old one's was.
 * @throws what node:fs throws, EACCES and EPERM also where the file may not be written or its owner not be kept.
 */
export function replaceFile(path: string, text: string, mode?: number): void {
  const target = followLinks(path)
  const temporary = writeBeside(target, text, mode)
  try {
    renameSync(temporary, target)
  } catch (error) {
    removeQuietly(temporary)
    throw error
  }
  syncFolder(dirname(target))
}

/** Writes what is to take a file's place to a temporary file beside it. @returns its path. */
export function writeBeside(target: string, text: string, mode?: number): string {
  const old = statSync(target, { throwIfNoEntry: false })
  // Renaming asks for no permission on the file itself.
  if (old) accessSync(target, constants.W_OK)
  const temporary = temporaryName(target)
  try {
    writeNew(temporary, text, old, mode)
  } catch (error) {
    removeQuietly(temporary)
    throw error
  }
  return temporary
}

export function temporaryName(target: string): string {
  return `${target}.${process.pid}-${crypto.getRandomValues(new Uint8Array(6)).toHex()}.tmp`
}

/** What a file has, whatever stood in its place before. */
export interface Attributes {
  readonly mode: number
  readonly uid?: number // of this process if absent
  readonly gid?: number
}

/** A name beside a file for what is to take its place: hidden, so that nobody takes it for one of the folder's files. */
export function hiddenName(folder: string): string {
  return `${folder}/.secwrap-${process.pid}-${crypto.getRandomValues(new Uint8Array(6)).toHex()}.tmp`
}

export function isHidden(name: string): boolean {
  return /^\.secwrap-\d+-[0-9a-f]{12}\.tmp$/.test(name)
}

/**
 * Makes a file that is not there yet, and has the disk begin with it: of many files that are begun before the first
 * is waited for, the file system writes most in one go.
 *
 * @returns its descriptor, for `waitForDisk`.
 */
export function beginFile(path: string, content: Uint8Array, attributes: Attributes): number {
  const descriptor = openSync(path, 'wx', 0o600)
  try {
    applyAttributes(descriptor, attributes)
    writeFileSync(descriptor, content)
    openLibc()?.call(systemCalls().sync_file_range, descriptor, 0, 0, SYNC_FILE_RANGE_WRITE)
    return descriptor
  } catch (error) {
    closeSync(descriptor)
    throw error
  }
}

const SYNC_FILE_RANGE_WRITE = 2 // linux/fs.h

/** Returns when all of a file is on the disk, and closes it. */
export function waitForDisk(descriptor: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fsync(descriptor, error => {
      closeSync(descriptor)
      if (error) reject(error)
      else resolve()
    })
  })
}

// The owner first: changing it may clear bits of the mode.
export function applyAttributes(descriptor: number, { mode, uid, gid }: Attributes): void {
  const old = fstatSync(descriptor)
  if ((uid ?? old.uid) !== old.uid || (gid ?? old.gid) !== old.gid) {
    fchownSync(descriptor, uid ?? old.uid, gid ?? old.gid)
  }
  if ((old.mode & 0o7777) !== mode) fchmodSync(descriptor, mode)
}

/** Where a path leads to; itself where that does not exist yet. */
export function followLinks(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path // it does not exist yet
  }
}

function writeNew(path: string, text: string, old: Stats | undefined, mode: number | undefined): void {
  const descriptor = openSync(path, 'wx', mode ?? (old ? 0o600 : 0o666))
  try {
    if (old) takeAfter(descriptor, old, mode)
    writeFileSync(descriptor, text)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

// The owner first: changing it may clear bits of the mode.
function takeAfter(descriptor: number, { uid, gid, mode: oldMode }: Stats, mode = oldMode & 0o7777): void {
  fchownSync(descriptor, uid, gid)
  fchmodSync(descriptor, mode)
}

// The rename itself is not safe from a power cut until the folder is written.
export function syncFolder(folder: string): void {
  try {
    const descriptor = openSync(folder, 'r')
    try {
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
  } catch {
    // Some file systems can't, and some folders can't be read; the file is there all the same.
  }
}

export function removeQuietly(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // It was not made, or is the renamed file.
  }
}
