/** What processes that were killed have left in a folder. */
import { lstatSync, readdirSync, rmSync, type Stats, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { isHidden } from '../core/replace-file.ts'

/** Nobody takes that long from writing a file to renaming it. */
const OLD_MS = 10 * 60 * 1000

/** Removes files that never came to their places. Nothing else: in some folders others may put what they like. */
export function removeOldFiles(folder: string): void {
  forEachOld(folder, isHidden, (path, stats) => {
    if (!stats.isDirectory()) unlinkSync(path)
  })
}

/** Removes whole folders, and links. */
export function removeOldTrees(folder: string, isOurs: (name: string) => boolean): void {
  forEachOld(folder, isOurs, path => rmSync(path, { recursive: true, force: true }))
}

function forEachOld(
  folder: string,
  isOurs: (name: string) => boolean,
  remove: (path: string, stats: Stats) => void,
): void {
  for (const name of list(folder).filter(isOurs)) {
    try {
      const stats = lstatSync(join(folder, name))
      if (Date.now() - stats.mtimeMs > OLD_MS) remove(join(folder, name), stats)
    } catch {
      // It is somebody else's, or somebody else has done it.
    }
  }
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
