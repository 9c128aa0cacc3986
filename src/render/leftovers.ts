import { lstatSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** Nobody takes that long from writing a file to renaming it. */
const OLD_MS = 10 * 60 * 1000

/** Removes what processes that were killed have left in a folder: what `isOurs` by its name and is old. */
export function removeLeftovers(folder: string, isOurs: (name: string) => boolean): void {
  try {
    for (const name of readdirSync(folder).filter(isOurs)) {
      const path = join(folder, name)
      if (Date.now() - lstatSync(path).mtimeMs > OLD_MS) rmSync(path, { recursive: true, force: true })
    }
  } catch {
    // Somebody else's folder, or somebody else has done it.
  }
}
