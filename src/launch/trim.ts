/** Memory that only the start needed. */
import { readWhole } from '../core/files.ts'
import { type Libc, systemCalls } from '../core/libc.ts'

export interface Region {
  readonly start: number
  readonly bytes: number
}

const MADV_DONTNEED = 4
const HEAD = /^([0-9a-f]+)-([0-9a-f]+) r-[-x]p \S+ \S+ [1-9]\d* +\S/
const ANONYMOUS = /^Anonymous: +(\d+) kB$/

/**
 * Parts of files that are mapped to be read or run, and of which no page was changed: the kernel has them at hand in
 * the file and maps them again where they are used. To be called before `protectProcess`. Source: proc(5), smaps.
 */
export function listUnchanged(
  text = new TextDecoder().decode(readWhole('/proc/self/smaps', Number.POSITIVE_INFINITY)),
): readonly Region[] {
  const regions: Region[] = []
  let region: Region | undefined
  for (const line of text.split('\n')) {
    const [, start = '', end = ''] = HEAD.exec(line) ?? []
    if (/^[0-9a-f]+-/.test(line)) region = start ? regionOf(start, end) : undefined
    else if (region && ANONYMOUS.exec(line)?.[1] === '0') regions.push(region)
  }
  return regions
}

function regionOf(start: string, end: string): Region {
  return { start: Number.parseInt(start, 16), bytes: Number.parseInt(end, 16) - Number.parseInt(start, 16) }
}

/** From the end of some work until there is nothing left to do. */
const QUIET_AFTER_MS = 500

/** Gives memory back when a process that waits most of its time has done something. */
export class Trimmer {
  readonly #libc: Libc
  readonly #unchanged: readonly Region[]
  readonly #collects: boolean
  #timer: NodeJS.Timeout | undefined

  /** @param collects - garbage, too. */
  constructor(libc: Libc, unchanged: readonly Region[], collects = false) {
    this.#libc = libc
    this.#unchanged = unchanged
    this.#collects = collects
  }

  soon(): void {
    this.#timer ??= setTimeout(() => this.#trim(), QUIET_AFTER_MS).unref()
  }

  /** A runtime touches 30 MB of its file to start, and a tenth of that to wait for signals. */
  #trim(): void {
    this.#timer = undefined
    if (this.#collects) collectGarbage()
    for (const { start, bytes } of this.#unchanged) {
      this.#libc.call(systemCalls().madvise, start, bytes, MADV_DONTNEED)
    }
  }
}

/** A heap that is never under pressure is not looked through by itself: thousands of looks would leave 10 MiB in it. */
function collectGarbage(): void {
  const { Bun } = globalThis as unknown as { Bun?: { gc(isSynchronous: boolean): void } }
  Bun?.gc(true)
}
