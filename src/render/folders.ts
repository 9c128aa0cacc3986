import { closeSync, constants, lstatSync, mkdirSync, openSync, rmdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { type Attributes, applyAttributes } from '../core/replace-file.ts'
import type { Journal } from './journal.ts'

/** Who may read the files may go through their folder. */
export function folderAttributes({ mode, ...owner }: Attributes): Attributes {
  return { ...owner, mode: 0o700 | (mode & 0o044) | ((mode & 0o044) >> 2) }
}

/** Makes what is missing of a folder; what is there stays as it is. */
export function makeFolder(folder: string, attributes: Attributes, journal: Journal): void {
  if (lstatSync(folder, { throwIfNoEntry: false })) return
  makeFolder(dirname(folder), attributes, journal)
  mkdirSync(folder, 0o700)
  journal.add(() => rmdirSync(folder))
  const descriptor = openSync(folder, constants.O_DIRECTORY | constants.O_NOFOLLOW)
  try {
    applyAttributes(descriptor, attributes)
  } finally {
    closeSync(descriptor)
  }
}
