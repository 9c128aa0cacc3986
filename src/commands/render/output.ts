/** Contents → files: each in its place, or all in a set that changes at once. */
import { findDifference, type WantedFile } from '../../render/compare.ts'
import { folderAttributes } from '../../render/folders.ts'
import { listSetChanges, writeSet } from '../../render/generation.ts'
import type { Journal } from '../../render/journal.ts'
import type { PlannedFile } from '../../render/plan.ts'
import { writeFiles } from '../../render/write.ts'
import type { RenderRequest } from './files.ts'

export interface Output {
  readonly changed: readonly string[] // paths of what is not as it should be
  write(journal: Journal): Promise<void>
}

interface Content {
  readonly file: PlannedFile
  readonly content: Uint8Array
}

/** Compares what there is with what is to be. */
export function openOutput(contents: readonly Content[], request: RenderRequest): Output {
  const files = contents.map(each => wanted(each, request))
  const { atomicSet, mode = PRIVATE, owner } = request
  if (atomicSet === undefined) return openFiles(files)
  return {
    changed: listSetChanges(atomicSet, files),
    write: journal => writeSet(atomicSet, files, folderAttributes({ mode, ...owner }), journal),
  }
}

const PRIVATE = 0o600
const PRIVATE_PROGRAM = 0o700

function wanted({ file, content }: Content, { mode, owner }: RenderRequest): WantedFile {
  const attributes = { mode: mode ?? (file.isProgram ? PRIVATE_PROGRAM : PRIVATE), ...owner }
  return { path: file.target, content, attributes }
}

function openFiles(files: readonly WantedFile[]): Output {
  const changes = files.flatMap(file => {
    const difference = findDifference(file)
    return difference ? [{ file, difference }] : []
  })
  return {
    changed: changes.map(({ file }) => file.path),
    write: journal => writeFiles(changes, journal),
  }
}
