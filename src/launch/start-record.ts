/**
 * The record that the compiled file writes down before the runtime's first instruction.
 * scripts/start-record/x64.mjs has its layout and the code that writes it.
 */
import type { StartState } from './start-state.ts'

/** Where the record is in memory. The build defines it for those programs that it gives one. */
declare const SECWRAP_START_RECORD: number

interface Memory {
  u32(address: number): number
  u64(address: number): bigint
}

/** Settings of our own for the runtime, put in front of the caller's variables. */
const SETTINGS = ['BUN_JSC_useWarmUpMarkedBlocks', 'MIMALLOC_PURGE_DELAY', 'BUN_GC_TIMER_DISABLE']

/** Reads the record, takes our settings out, and gives those variables their names back that were hidden from the runtime. */
export function takeStartRecord(environment: NodeJS.ProcessEnv): StartState | undefined {
  if (typeof SECWRAP_START_RECORD === 'undefined') return undefined
  const memory = (globalThis as unknown as { Bun: { FFI: { read: Memory } } }).Bun.FFI.read
  if (memory.u32(SECWRAP_START_RECORD) !== 1) return undefined
  for (const name of SETTINGS) delete environment[name]
  if (memory.u32(SECWRAP_START_RECORD + 168) > 0) showHidden(environment)
  return {
    openFiles: memory.u64(SECWRAP_START_RECORD + 8),
    blocked: memory.u64(SECWRAP_START_RECORD + 24),
    ignored: memory.u64(SECWRAP_START_RECORD + 32),
    descriptors: readBits(memory, SECWRAP_START_RECORD + 40),
    isRecorded: true,
  }
}

// Their first byte is 1: these are BUN_OPTIONS and its like, NODE_CHANNEL_FD, and the allocator's.
const HIDDEN: Readonly<Record<string, string>> = {
  '\u0001UN_': 'BUN_',
  '\u0001ODE': 'NODE',
  '\u0001IMA': 'MIMA',
}
const PREFIX_LENGTH = 4

/** A name, or a whole variable, as it was before it was hidden. */
export function unhide(text: string): string {
  const prefix = text.slice(0, PREFIX_LENGTH)
  return `${HIDDEN[prefix] ?? prefix}${text.slice(PREFIX_LENGTH)}`
}

function showHidden(environment: NodeJS.ProcessEnv): void {
  for (const [name, value] of Object.entries(environment)) {
    if (!name.startsWith('\u0001')) continue
    delete environment[name]
    environment[unhide(name)] = value
  }
}

const DESCRIPTORS = 1024

function readBits(memory: Memory, address: number): number[] {
  const numbers: number[] = []
  for (let first = 0; first < DESCRIPTORS; first += 32) {
    const word = memory.u32(address + first / 8)
    for (let bit = 0; word >>> bit > 0 && bit < 32; bit++) {
      if ((word >>> bit) & 1) numbers.push(first + bit)
    }
  }
  return numbers
}
