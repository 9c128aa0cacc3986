import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs'
import { SecwrapError } from '../core/errors.ts'
import type { Attributes } from '../core/replace-file.ts'
import { leadsToStream, lookAt } from './look.ts'

/** A file as it is to be. */
export interface WantedFile {
  readonly path: string
  readonly content: Uint8Array
  readonly attributes: Attributes
}

/** What a file needs so that it is as wanted; `content` where it is to be written anew, whatever for. */
export type Difference = 'content' | 'attributes'

/** @throws SecwrapError BAD_USAGE where no file can be put. */
export function checkTarget(path: string): void {
  const old = lookAt(path)
  if (old?.isDirectory() || path.endsWith('/'))
    throw new SecwrapError('BAD_USAGE', `${path} is a folder, and its source a file`)
  // A link is replaced, and what it leads to left alone: who may make links there chooses no file of ours.
  const isReplaced = old?.isSymbolicLink() ? !leadsToStream(path) : old?.isFile()
  if (old && !isReplaced) throw new SecwrapError('BAD_USAGE', `${path} is not a regular file`)
}

/** Undefined where the file is as wanted. */
export function findDifference(file: WantedFile): Difference | undefined {
  const descriptor = openRegular(file.path)
  if (descriptor === undefined) return 'content'
  try {
    return compareOpen(descriptor, file)
  } finally {
    closeSync(descriptor)
  }
}

/** The same of what is open. */
export function compareOpen(descriptor: number, { content, attributes }: WantedFile): Difference | undefined {
  const old = fstatSync(descriptor)
  if (!old.isFile() || old.size !== content.length || isStrangers(old, attributes)) return 'content'
  if (!readFileSync(descriptor).equals(content)) return 'content'
  return hasAttributes(old, attributes) ? undefined : 'attributes'
}

/** Undefined where there is no file, or none that this user can read: then it is as good as none. */
function openRegular(path: string): number | undefined {
  try {
    // Most often there is none, and an error takes longer to make than a look.
    return lookAt(path) && openItself(path)
  } catch {
    return undefined
  }
}

/** Neither what a link leads to, nor a wait for a FIFO. @returns a descriptor. */
export function openItself(path: string): number {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants
  return openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
}

/** Of another user, who keeps what is in it until it is another file. */
function isStrangers(old: Stats, { uid }: Attributes): boolean {
  return uid === undefined && old.uid !== process.geteuid?.()
}

function hasAttributes(old: Stats, { mode, uid = old.uid, gid = old.gid }: Attributes): boolean {
  return (old.mode & 0o7777) === mode && old.uid === uid && old.gid === gid
}
