/** Makes a new generation of a set the current one: see set-layout.ts. */
import { readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { type Attributes, beginFile, removeQuietly, syncFolder } from '../core/replace-file.ts'
import { describeWriteFailure } from '../core/replace-files.ts'
import { findDifference, type WantedFile } from './compare.ts'
import { folderAttributes, makeFolder } from './folders.ts'
import type { Journal } from './journal.ts'
import { removeOldTrees } from './leftovers.ts'
import { CURRENT, findCurrent, GENERATION, isLinkOfSet, readLink, topName, topNames } from './set-layout.ts'
import { writeAll } from './write-all.ts'

/** Paths of files that are not as wanted, and of those that are in the set and not wanted any more. */
export function listSetChanges(folder: string, files: readonly WantedFile[]): readonly string[] {
  const current = findCurrent(folder)
  if (current === undefined) return files.map(({ path }) => path)
  const changed = files.filter(file => {
    const path = join(current, relative(folder, file.path))
    return !isLinkOfSet(folder, topName(folder, file.path)) || findDifference({ ...file, path }) !== undefined
  })
  const wanted = new Set(files.map(({ path }) => path))
  const stray = listFiles(current).map(path => join(folder, relative(current, path)))
  return [...changed.map(({ path }) => path), ...stray.filter(path => !wanted.has(path))]
}

/**
 * Writes a whole new generation and makes it the current one; where anything fails, the old one stays.
 *
 * @throws SecwrapError DENIED, BAD_CONFIG, with the path; several as an AggregateError.
 */
export async function writeSet(
  folder: string,
  files: readonly WantedFile[],
  attributes: Attributes, // of the folders
  journal: Journal,
): Promise<void> {
  const names = topNames(
    folder,
    files.map(({ path }) => path),
  )
  const previous = findCurrent(folder)
  try {
    const generation = await writeGeneration(folder, files, attributes, journal)
    for (const name of names) makeLink(folder, name, journal)
    makeCurrent(folder, generation, journal)
  } catch (error) {
    journal.undo()
    throw error instanceof AggregateError ? error : describeWriteFailure(folder, error)
  }
  journal.finish()
  if (previous !== undefined) rmSync(previous, { recursive: true, force: true })
  removeRest(folder, names)
  syncFolder(folder)
}

/** Removes a set, and nothing else of its folder. @returns whether there was one. */
export function removeSet(folder: string): boolean {
  if (findCurrent(folder) === undefined) return false
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (GENERATION.test(name)) rmSync(path, { recursive: true, force: true })
    else if (name === CURRENT || isLinkOfSet(folder, name)) removeQuietly(path)
  }
  syncFolder(folder)
  return true
}

async function writeGeneration(
  folder: string,
  files: readonly WantedFile[],
  attributes: Attributes,
  journal: Journal,
): Promise<string> {
  makeFolder(folder, attributes, journal)
  const generation = join(folder, newName())
  journal.add(() => rmSync(generation, { recursive: true, force: true }))
  makeFolder(generation, attributes, journal)
  const place = (path: string) => join(generation, relative(folder, path))
  await writeAll(files, file => {
    makeFolder(dirname(place(file.path)), folderAttributes(file.attributes), journal)
    return beginFile(place(file.path), file.content, file.attributes)
  })
  for (const path of new Set(files.map(file => dirname(place(file.path))))) syncFolder(path)
  return generation
}

/** `..2026_11_24_15_22_12.9f3c51e0b7a2`, in UTC. */
function newName(): string {
  const time = new Date().toISOString().slice(0, 19).replace(/[-:T]/g, '_')
  return `..${time}.${crypto.getRandomValues(new Uint8Array(6)).toHex()}`
}

/** Of a new name it leads nowhere until the generation is the current one. */
function makeLink(folder: string, name: string, journal: Journal): void {
  if (isLinkOfSet(folder, name)) return
  const path = join(folder, name)
  symlinkSync(`${CURRENT}/${name}`, path)
  journal.add(() => removeQuietly(path))
}

function makeCurrent(folder: string, generation: string, journal: Journal): void {
  const temporary = `${generation}.link`
  journal.add(() => removeQuietly(temporary))
  symlinkSync(relative(folder, generation), temporary)
  renameSync(temporary, join(folder, CURRENT))
}

/** Links to what is not in the set any more, and generations that killed processes have left. */
function removeRest(folder: string, names: readonly string[]): void {
  const current = readLink(join(folder, CURRENT))
  for (const name of readdirSync(folder)) {
    if (isLinkOfSet(folder, name) && !names.includes(name)) removeQuietly(join(folder, name))
  }
  removeOldTrees(folder, name => GENERATION.test(name) && name !== current)
}

function listFiles(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap(entry =>
      entry.isDirectory() ? [] : [join(entry.parentPath, entry.name)],
    )
  } catch {
    return []
  }
}
