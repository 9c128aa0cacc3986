/**
 * Handlers of signals in machine code, as JavaScript can't run in one. Each writes the kernel's record of its signal into
 * a pipe and returns. Source: sigaction(2), syscall(2), and the manuals of both processors.
 */
import { systemCalls } from '../core/libc.ts'

/** What this process does to itself goes to the action of before. */
export type Own =
  /** The fault of an instruction. `action`: address of the kernel's struct. */
  | { readonly type: 'fault'; readonly signal: number; readonly action: number; readonly isRepeated: boolean }
  /** What one thread sends another. `handler`: its address. */
  | { readonly type: 'thread'; readonly handler: number }

/** Of siginfo_t: signal, errno, code, padding, process id, user id. */
export const RECORD_BYTES = 24
export const CODE_AT = 8
export const SENDER_AT = 16
const MASK_BYTES = 8

/** @param input - of the pipe. */
export function handlerCode(input: number, own?: Own): Uint8Array {
  const machine = process.arch === 'arm64' ? ARM64 : X64
  const { write, rt_sigaction, gettid, tgkill } = systemCalls()
  const { set, call, leave } = machine
  // The second argument of a handler is that of `write`, too.
  const tell = [...set(0, input), ...set(2, RECORD_BYTES), ...call(write), ...leave]
  if (!own) return Uint8Array.from(tell)
  if (own.type === 'thread') {
    const skip = machine.skipIf('equal', SENDER_AT, process.pid, tell.length)
    return Uint8Array.from([...skip, ...tell, ...machine.jump(own.handler)])
  }
  const skip = machine.skipIf('greater', CODE_AT, 0, tell.length)
  const restore = [...set(1, own.action), ...set(2, 0), ...set(3, MASK_BYTES), ...call(rt_sigaction)]
  const raise = [
    ...call(gettid),
    ...machine.keepResult,
    ...set(0, process.pid),
    ...set(2, own.signal),
    ...call(tgkill),
  ]
  return Uint8Array.from([...skip, ...tell, ...restore, ...(own.isRepeated ? [] : raise), ...leave])
}

interface Machine {
  /** Of a system call: its argument 0, 1, 2 or 3. Those of the handler (signal, record) are there from the start. */
  set(argument: number, value: number): number[]
  call(number: number): number[]
  readonly keepResult: number[] // of a call, as argument 1
  readonly leave: number[]
  jump(address: number): number[]
  /** Goes on `bytes` later if 32 bits of the record are so. */
  skipIf(relation: 'equal' | 'greater', at: number, value: number, bytes: number): number[]
}

const RAX = [0x48, 0xb8]
const X64_ARGUMENTS = [
  [0x48, 0xbf], // rdi
  [0x48, 0xbe], // rsi
  [0x48, 0xba], // rdx
  [0x49, 0xba], // r10
]

const X64: Machine = {
  set: (argument, value) => [...(X64_ARGUMENTS[argument] ?? []), ...littleEndian(8, value)],
  call: number => [...RAX, ...littleEndian(8, number), 0x0f, 0x05],
  keepResult: [0x48, 0x89, 0xc6], // mov rsi, rax
  leave: [0xc3],
  jump: address => [...RAX, ...littleEndian(8, address), 0xff, 0xe0],
  skipIf(relation, at, value, bytes) {
    const jump = relation === 'equal' ? 0x74 : 0x7f
    return [0x81, 0x7e, at, ...littleEndian(4, value), jump, bytes] // cmp dword [rsi + at], value
  },
}

const [X8, X9, X10] = [8, 9, 10]
const SVC = 0xd4000001

const ARM64: Machine = {
  set: (argument, value) => wordsToBytes(loadArm(argument, value)),
  call: number => wordsToBytes([...loadArm(X8, number), SVC]),
  keepResult: wordsToBytes([0xaa0003e1]), // mov x1, x0
  leave: wordsToBytes([0xd65f03c0]),
  jump: address => wordsToBytes([...loadArm(X9, address), 0xd61f0120]), // br x9
  skipIf(relation, at, value, bytes) {
    const load = 0xb9400029 | ((at / 4) << 10) // ldr w9, [x1, at]
    const compare = 0x6b0a013f // cmp w9, w10
    const branch = 0x54000000 | ((bytes / 4 + 1) << 5) | (relation === 'equal' ? 0 : 12)
    return wordsToBytes([load, ...loadArm(X10, value), compare, branch])
  },
}

/** A long number in four parts of 16 bits: movz, then movk. */
function loadArm(register: number, value: number): number[] {
  const parts = new Uint16Array(new BigUint64Array([BigInt(value)]).buffer)
  return Array.from(parts, (part, index) => {
    const operation = index === 0 ? 0xd2800000 : 0xf2800000
    return operation | (index << 21) | (part << 5) | register
  })
}

function wordsToBytes(words: readonly number[]): number[] {
  return words.flatMap(word => littleEndian(4, word))
}

function littleEndian(bytes: 4 | 8, value: number): number[] {
  return [...new Uint8Array(new BigInt64Array([BigInt(value)]).buffer).subarray(0, bytes)]
}
