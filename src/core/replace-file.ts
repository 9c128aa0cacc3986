import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
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
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } catch {
    // Some file systems can't; the file is there all the same.
  } finally {
    closeSync(descriptor)
  }
}

export function removeQuietly(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // It was not made, or is the renamed file.
  }
}
