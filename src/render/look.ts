import { lstatSync, readlinkSync, type Stats, statSync } from 'node:fs'

/** What a path is, a link too; undefined where there is nothing, or nothing that this user can see. */
export function lookAt(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined // its folder is a file, or closed to this user: reading and writing tell
  }
}

/** What a path leads to. */
export function lookThrough(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}

/** Whether a link is another name of a device, a pipe or an open descriptor, as /dev/stdout is: nobody wants a file there. */
export function leadsToStream(link: string): boolean {
  const stats = lookThrough(link)
  const isStream = stats !== undefined && !stats.isFile() && !stats.isDirectory()
  return isStream || readlinkSync(link).startsWith('/proc/')
}
