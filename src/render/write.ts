import {
  closeSync,
  constants,
  copyFileSync,
  fstatSync,
  linkSync,
  lstatSync,
  readlinkSync,
  renameSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { SecwrapError } from '../core/errors.ts'
import { applyAttributes, beginFile, hiddenName, removeQuietly, syncFolder } from '../core/replace-file.ts'
import { describeWriteFailure } from '../core/replace-files.ts'
import { compareOpen, type Difference, openItself, type WantedFile } from './compare.ts'
import { folderAttributes, makeFolder } from './folders.ts'
import type { Journal } from './journal.ts'
import { removeOldFiles } from './leftovers.ts'
import { writeAll } from './write-all.ts'

export interface Change {
  readonly file: WantedFile
  readonly difference: Difference
}

/**
 * Makes all files as they are to be, or none: every one is on the disk beside its place before the first is
 * renamed, and a rename that fails takes the others back.
 *
 * @param journal - undone before this throws; whoever ends the process in between undoes it, too.
 * @throws SecwrapError DENIED, BAD_CONFIG, with the path; several as an AggregateError.
 */
export async function writeFiles(changes: readonly Change[], journal: Journal): Promise<void> {
  try {
    const temporaries = await prepareAll(changes, journal)
    for (const { file } of changes) commit(file, temporaries.get(file), journal)
  } catch (error) {
    journal.undo()
    throw error
  }
  journal.finish()
  for (const folder of new Set(changes.map(({ file }) => dirname(file.path)))) {
    removeOldFiles(folder)
    syncFolder(folder)
  }
}

/** @returns where each new file is, still beside its place. */
async function prepareAll(
  changes: readonly Change[],
  journal: Journal,
): Promise<ReadonlyMap<WantedFile, string>> {
  const temporaries = new Map<WantedFile, string>()
  const files = changes.filter(({ difference }) => difference === 'content').map(({ file }) => file)
  await writeAll(files, file => {
    const { path, content, attributes } = file
    makeFolder(dirname(path), folderAttributes(attributes), journal)
    if (changes.length > 1 && lstatSync(path, { throwIfNoEntry: false })) keep(path, journal)
    const temporary = hiddenName(dirname(path))
    journal.add(() => removeQuietly(temporary))
    temporaries.set(file, temporary)
    return beginFile(temporary, content, attributes)
  })
  return temporaries
}

function commit(file: WantedFile, temporary: string | undefined, journal: Journal): void {
  try {
    if (temporary === undefined) repair(file, journal)
    else replace(file.path, temporary, journal)
  } catch (error) {
    throw describeWriteFailure(file.path, error)
  }
}

/** Gives the old file a second name, by which it can come back as it was. */
function keep(path: string, journal: Journal): void {
  if (mayNotReplace(path)) throw describeWriteFailure(path, { code: 'EPERM' }) // nor remove its second name
  const backup = hiddenName(dirname(path))
  if (lstatSync(path).isSymbolicLink()) symlinkSync(readlinkSync(path), backup)
  else linkOrCopy(path, backup)
  const remove = () => removeQuietly(backup)
  journal.add(() => {
    // Where both are the same file still, renaming does nothing.
    renameSync(backup, path)
    remove()
  }, remove)
}

const STICKY = 0o1000

/** In a folder such as /tmp, what belongs to another user; root may, as a rule. */
function mayNotReplace(path: string): boolean {
  const user = process.geteuid?.()
  const folder = statSync(dirname(path))
  const isOurs = user === 0 || folder.uid === user || lstatSync(path).uid === user
  return (folder.mode & STICKY) !== 0 && !isOurs
}

function linkOrCopy(path: string, backup: string): void {
  try {
    linkSync(path, backup)
  } catch {
    copyFileSync(path, backup, constants.COPYFILE_EXCL)
  }
}

function replace(path: string, temporary: string, journal: Journal): void {
  const isNew = lstatSync(path, { throwIfNoEntry: false }) === undefined
  renameSync(temporary, path)
  if (isNew) journal.add(() => removeQuietly(path))
}

/** Of the file that was compared, and of no other: in some folders others may put what they like at its place. */
function repair(file: WantedFile, journal: Journal): void {
  const { path, attributes } = file
  withOpen(path, descriptor => {
    if (compareOpen(descriptor, file) === 'content') {
      throw new SecwrapError('CONFLICT', `${path}: was changed by somebody else in between`)
    }
    const { mode, uid, gid } = fstatSync(descriptor)
    journal.add(() => withOpen(path, again => applyAttributes(again, { mode: mode & 0o7777, uid, gid })))
    applyAttributes(descriptor, attributes)
  })
}

function withOpen(path: string, use: (descriptor: number) => void): void {
  const descriptor = openItself(path)
  try {
    use(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
