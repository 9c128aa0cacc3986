/** What the kernel tells of a process. Source: proc(5). */
import { readdirSync, readFileSync } from 'node:fs'

const TICK_MS = 10

export function residentMiBOf(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(read(`${pid}/status`))?.[1]) / 1024
}

/** On a processor so far, all threads, milliseconds; exact to the microsecond. */
export function cpuMsOf(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`)
  const nanoseconds = threads.map(thread => Number(read(`${pid}/task/${thread}/schedstat`).split(' ', 1)[0]))
  return nanoseconds.reduce((sum, each) => sum + each, 0) / 1e6
}

/** Of all children that have ended: how many milliseconds on a processor, in steps of 10, and page faults. */
export function endedChildrenOf(pid: number): { readonly cpuMs: number; readonly pageFaults: number } {
  const [, , , , , , , , , faults, , , , , user, system] = read(`${pid}/stat`)
    .replace(/^.*\) /, 'name ')
    .split(' ')
  return { cpuMs: (Number(user) + Number(system)) * TICK_MS, pageFaults: Number(faults) }
}

export function childrenOf(pid: number): readonly number[] {
  return read(`${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number)
}

function read(file: string): string {
  return readFileSync(`/proc/${file}`, 'latin1')
}
