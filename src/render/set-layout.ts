/**
 * A set of files that changes at once, laid out as Kubernetes does it for ConfigMaps and Secrets:
 *
 *   app.conf → ..data/app.conf
 *   ..data   → ..2026_11_24_15_22_12.9f3c51e0b7a2
 *   ..2026_11_24_15_22_12.9f3c51e0b7a2/app.conf
 *
 * A new generation is written beside the old one, then `..data` is renamed over. Source: Kubernetes,
 * pkg/volume/util/atomic_writer.go.
 */
import { readlinkSync } from 'node:fs'
import { join, relative } from 'node:path'
import { SecwrapError } from '../core/errors.ts'
import { lookAt } from './look.ts'

export const CURRENT = '..data'
export const GENERATION = /^\.\.\d{4}(?:_\d\d){5}\.[0-9a-f]+(?:\.link)?$/

/** Where TARGET is. @throws SecwrapError BAD_USAGE for what is not below the set's folder. */
export function placeInSet(folder: string, target: string): string {
  const place = join(folder, target)
  if (!target.startsWith('/') && !relative(folder, place).startsWith('..')) return place
  throw new SecwrapError('BAD_USAGE', `${target} is not a path below the folder of --atomic-set`)
}

/** What is in the way of a set. */
export function checkSet(folder: string, paths: readonly string[]): readonly SecwrapError[] {
  return [CURRENT, ...topNames(folder, paths)].flatMap(name => {
    const path = join(folder, name)
    const isFree = name === CURRENT ? isLink(path) : isLinkOfSet(folder, name)
    if (isFree || !lookAt(path)) return []
    return [new SecwrapError('BAD_USAGE', `${path} is there already, and not of this set`)]
  })
}

/** The folder of the current generation. */
export function findCurrent(folder: string): string | undefined {
  const name = readLink(join(folder, CURRENT))
  return name !== undefined && GENERATION.test(name) ? join(folder, name) : undefined
}

export function isLinkOfSet(folder: string, name: string): boolean {
  return readLink(join(folder, name)) === `${CURRENT}/${name}`
}

function isLink(path: string): boolean {
  return readLink(path) !== undefined
}

export function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}

/** The first part of each path below the folder, once. */
export function topNames(folder: string, paths: readonly string[]): readonly string[] {
  return [...new Set(paths.map(path => topName(folder, path)))]
}

export function topName(folder: string, path: string): string {
  return relative(folder, path).split('/', 1)[0] ?? ''
}
