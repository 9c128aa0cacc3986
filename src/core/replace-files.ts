import { copyFileSync, linkSync, mkdirSync, renameSync, rmdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { SecwrapError } from './errors.ts'
import { followLinks, removeQuietly, syncFolder, temporaryName, writeBeside } from './replace-file.ts'

export interface FileChange {
  readonly path: string
  readonly text: string
  readonly mode?: number // as replaceFile has it
}

/**
 * Replaces or makes several files: all of them, or none. Folders that are missing are made, for their owner only.
 *
 * A crash in the middle can leave temporary files behind, and, between two renames, some files new and some old.
 *
 * @throws SecwrapError DENIED, BAD_CONFIG, with the path; all files are then as they were.
 */
export function replaceFiles(changes: readonly FileChange[]): void {
  const steps = changes.map(change => new Step(change))
  try {
    for (const step of steps) step.prepare()
    for (const step of steps) step.commit()
  } catch (error) {
    for (const step of steps.toReversed()) step.undo()
    throw error
  }
  for (const step of steps) step.finish()
}

class Step {
  readonly #change: FileChange
  readonly #target: string
  readonly #folders: string[] = [] // that were made, the outermost first
  #temporary: string | undefined
  #backup: string | undefined // a second name of the old file
  #isDone = false

  constructor(change: FileChange) {
    this.#change = change
    this.#target = followLinks(change.path)
  }

  prepare(): void {
    const { path, text, mode } = this.#change
    withReason(path, () => {
      this.#makeFolder(dirname(this.#target))
      const old = statSync(this.#target, { throwIfNoEntry: false })
      if (old?.isFile() === false) throw new SecwrapError('BAD_CONFIG', `${path} is not a regular file`)
      this.#temporary = writeBeside(this.#target, text, mode)
      if (old) this.#backup = keepBeside(this.#target)
    })
  }

  commit(): void {
    const temporary = this.#temporary
    if (temporary === undefined) return
    withReason(this.#change.path, () => renameSync(temporary, this.#target))
    this.#isDone = true
  }

  undo(): void {
    if (this.#isDone && this.#backup !== undefined) renameSync(this.#backup, this.#target)
    else if (this.#isDone) removeQuietly(this.#target)
    this.#removeTraces()
    for (const folder of this.#folders.toReversed()) removeFolder(folder)
  }

  finish(): void {
    this.#removeTraces()
    syncFolder(dirname(this.#target))
  }

  #removeTraces(): void {
    for (const path of [this.#temporary, this.#backup]) if (path !== undefined) removeQuietly(path)
  }

  #makeFolder(folder: string): void {
    if (statSync(folder, { throwIfNoEntry: false })) return
    this.#makeFolder(dirname(folder))
    mkdirSync(folder, 0o700)
    this.#folders.push(folder)
  }
}

/** The same file under another name, so that it can come back as it was; a copy where links can't be made. */
function keepBeside(target: string): string {
  const backup = temporaryName(target)
  try {
    linkSync(target, backup)
  } catch {
    copyFileSync(target, backup)
  }
  return backup
}

function removeFolder(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    // Somebody else has put something into it.
  }
}

function withReason(path: string, run: () => void): void {
  try {
    run()
  } catch (error) {
    throw describeWriteFailure(path, error)
  }
}

/** What kept a file from being written: DENIED or BAD_CONFIG, with the kernel's code. */
export function describeWriteFailure(path: string, error: unknown): SecwrapError {
  if (error instanceof SecwrapError) return error
  const { code = 'unknown error' } = error as { code?: string }
  const isDenied = code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
  return new SecwrapError(isDenied ? 'DENIED' : 'BAD_CONFIG', `${path} can't be written (${code})`)
}
