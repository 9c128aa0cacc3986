import {
  chmodSync,
  chownSync,
  closeSync,
  copyFileSync,
  fstatSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmdirSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { type SecwrapError, throwTogether } from '../core/errors.ts'
import {
  type Attributes,
  applyAttributes,
  beginFile,
  hiddenName,
  isHidden,
  removeQuietly,
  syncFolder,
  waitForDisk,
} from '../core/replace-file.ts'
import { describeWriteFailure } from '../core/replace-files.ts'
import type { Difference, WantedFile } from './compare.ts'
import type { Journal } from './journal.ts'
import { removeLeftovers } from './leftovers.ts'

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
    removeLeftovers(folder, isHidden)
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

/** Files that are open at the same time. */
const OPEN = 256

/**
 * Returns when all files are on the disk.
 *
 * @param begin - as beginFile has it.
 * @throws SecwrapError DENIED, BAD_CONFIG, with the path; several as an AggregateError.
 */
export async function writeAll(
  files: readonly WantedFile[],
  begin: (file: WantedFile) => number,
): Promise<void> {
  for (let start = 0; start < files.length; start += OPEN) {
    await writeSome(files.slice(start, start + OPEN), begin)
    await hearSignals()
  }
}

/** A signal that came while files were written has its handler run now, before the next step. */
function hearSignals(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}

async function writeSome(files: readonly WantedFile[], begin: (file: WantedFile) => number): Promise<void> {
  const problems: SecwrapError[] = []
  const tell = (file: WantedFile, error: unknown) => problems.push(describeWriteFailure(file.path, error))
  const begun = new Map<WantedFile, number>()
  for (const file of files) {
    try {
      begun.set(file, begin(file))
    } catch (error) {
      tell(file, error)
      if (problems.some(isOfAll)) break
    }
  }
  await Promise.all(
    [...begun].map(([file, descriptor]) => waitForDisk(descriptor).catch(error => tell(file, error))),
  )
  const ofAll = problems.find(isOfAll)
  throwTogether(ofAll ? [ofAll] : problems)
}

/** A full disk is full for the other files as well. */
function isOfAll({ code }: SecwrapError): boolean {
  return code !== 'DENIED'
}

function commit(file: WantedFile, temporary: string | undefined, journal: Journal): void {
  try {
    if (temporary === undefined) repair(file, journal)
    else replace(file.path, temporary, journal)
  } catch (error) {
    throw describeWriteFailure(file.path, error)
  }
}

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
  const descriptor = openSync(folder, 'r')
  try {
    applyAttributes(descriptor, attributes)
  } finally {
    closeSync(descriptor)
  }
}

/** Gives the old file a second name, by which it can come back as it was. */
function keep(path: string, journal: Journal): void {
  const backup = hiddenName(dirname(path))
  try {
    linkSync(path, backup)
  } catch {
    copyFileSync(path, backup)
  }
  const remove = () => removeQuietly(backup)
  journal.add(() => {
    // Where both are the same file still, renaming does nothing.
    renameSync(backup, path)
    remove()
  }, remove)
}

function replace(path: string, temporary: string, journal: Journal): void {
  const isNew = lstatSync(path, { throwIfNoEntry: false }) === undefined
  renameSync(temporary, path)
  if (isNew) journal.add(() => removeQuietly(path))
}

function repair({ path, attributes }: WantedFile, journal: Journal): void {
  const descriptor = openSync(path, 'r')
  try {
    const { mode, uid, gid } = fstatSync(descriptor)
    journal.add(() => {
      chownSync(path, uid, gid)
      chmodSync(path, mode & 0o7777)
    })
    applyAttributes(descriptor, attributes)
  } finally {
    closeSync(descriptor)
  }
}
