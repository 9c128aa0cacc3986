import { closeSync, openSync, readFileSync, readSync } from 'node:fs'

export interface Finding {
  readonly region: string // [stack], [heap], a file's path, or '' for anonymous memory
  readonly count: number
}

const CHUNK = 1024 * 1024

/** Every place in a process's readable memory that holds these bytes. Needs the same user or root. */
export function findInMemory(pid: number, bytes: Buffer): readonly Finding[] {
  const descriptor = openSync(`/proc/${pid}/mem`, 'r')
  try {
    return regionsOf(pid)
      .flatMap(region => splitPresent(pid, region))
      .map(({ start, end, name }) => ({ region: name, count: countIn(descriptor, start, end, bytes) }))
      .filter(({ count }) => count > 0)
  } finally {
    closeSync(descriptor)
  }
}

interface Region {
  readonly start: bigint
  readonly end: bigint
  readonly name: string
}

// 7ffd1000-7ffd3000 rw-p 00000000 00:00 0   [stack]
function regionsOf(pid: number): readonly Region[] {
  const lines = readFileSync(`/proc/${pid}/maps`, 'utf8').trim().split('\n')
  return lines.flatMap(line => {
    const [, start, end, mode, name = ''] =
      /^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+\s*(.*)$/.exec(line) ?? []
    if (!start || !end || !mode?.startsWith('r') || name.startsWith('[v')) return []
    return [{ start: BigInt(`0x${start}`), end: BigInt(`0x${end}`), name }]
  })
}

const PAGE = 4096n
const ENTRY_BYTES = 8
/** A page that is in memory, or in swap space. Source: the kernel's admin-guide/mm/pagemap.rst */
const PRESENT = 0b11n << 62n

/** The parts of a region that are there. A runtime reserves gigabytes and uses a few of their pages. */
function splitPresent(pid: number, { start, end, name }: Region): Region[] {
  const entries = readPagemap(pid, start, end)
  const parts: Region[] = []
  let first: bigint | undefined
  for (let index = 0; index <= entries.length; index++) {
    const address = start + BigInt(index) * PAGE
    const isPresent = ((entries[index] ?? 0n) & PRESENT) !== 0n
    if (isPresent) first ??= address
    else if (first !== undefined) {
      parts.push({ start: first, end: address, name })
      first = undefined
    }
  }
  return parts
}

function readPagemap(pid: number, start: bigint, end: bigint): BigUint64Array {
  const entries = new BigUint64Array(Number((end - start) / PAGE))
  const descriptor = openSync(`/proc/${pid}/pagemap`, 'r')
  try {
    readSync(descriptor, entries, 0, entries.byteLength, (start / PAGE) * BigInt(ENTRY_BYTES))
  } finally {
    closeSync(descriptor)
  }
  return entries
}

function countIn(descriptor: number, start: bigint, end: bigint, bytes: Buffer): number {
  let count = 0
  let carry = Buffer.alloc(0)
  for (let at = start; at < end; at += BigInt(CHUNK)) {
    const chunk = readAt(descriptor, at, Number(end - at < BigInt(CHUNK) ? end - at : BigInt(CHUNK)))
    const text = Buffer.concat([carry, chunk])
    for (let hit = text.indexOf(bytes); hit >= 0; hit = text.indexOf(bytes, hit + 1)) count++
    // What could begin a match that the next chunk ends; too short to hold a whole one.
    carry = text.subarray(Math.max(0, text.length - bytes.length + 1))
  }
  return count
}

// A page that can't be read (a guard, a device) holds nothing for us.
function readAt(descriptor: number, position: bigint, length: number): Buffer {
  const chunk = Buffer.alloc(length)
  try {
    return chunk.subarray(0, readSync(descriptor, chunk, 0, length, position))
  } catch {
    return Buffer.alloc(0)
  }
}

/** What `findValues` gives where it finds none: root may look, for everybody else such a process is closed. */
export const NO_VALUES: readonly unknown[] = process.getuid?.() === 0 ? [] : ['EACCES']

/** Where these values are in the memory of a process that protects itself. */
export function findValues(pid: number, values: readonly string[]): readonly unknown[] {
  try {
    return values.flatMap(value => findInMemory(pid, Buffer.from(value)))
  } catch (error) {
    return [(error as { code?: string }).code]
  }
}
