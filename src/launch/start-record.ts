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

export function readStartRecord(): StartState | undefined {
  if (typeof SECWRAP_START_RECORD === 'undefined') return undefined
  const memory = (globalThis as unknown as { Bun: { FFI: { read: Memory } } }).Bun.FFI.read
  if (memory.u32(SECWRAP_START_RECORD) !== 1) return undefined
  return {
    openFiles: memory.u64(SECWRAP_START_RECORD + 8),
    blocked: memory.u64(SECWRAP_START_RECORD + 24),
    ignored: memory.u64(SECWRAP_START_RECORD + 32),
    descriptors: readBits(memory, SECWRAP_START_RECORD + 40),
    isRecorded: true,
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
