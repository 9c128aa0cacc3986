/**
 * Every signal that a process can catch, with its sender: a handler of a few instructions writes the kernel's record of
 * it into a pipe. JavaScript can't: its runtimes know no real-time signals, and none tells who sent one.
 *
 * Not caught: SIGKILL and SIGSTOP, which nobody can; what a program's own fault raises (a handler that returns would
 * meet the same fault again); the C library's own two; and SIGPWR in Bun, whose engine stops its threads by it.
 */
import { read } from 'node:fs'
import { SecwrapError } from '../core/errors.ts'
import { type Libc, openFunction, systemCalls } from '../core/libc.ts'

export interface Caught {
  readonly signal: number
  readonly isFromKernel: boolean // a terminal's keys, not somebody's kill
  readonly sender: number // process id; 0 where there is none
}

const LAST_SIGNAL = 64
const [SIGPWR, SIGCANCEL, SIGSETXID] = [30, 32, 33]
const OF_FAULTS = [4, 5, 7, 8, 11, 31] // ILL, TRAP, BUS, FPE, SEGV, SYS
const NOT_TO_CATCH = [9, 19, SIGCANCEL, SIGSETXID, ...OF_FAULTS]

/** Of siginfo_t: signal, errno, code, padding, process id, user id. Source: sigaction(2). */
const RECORD_BYTES = 24
const RECORDS = 64
const SI_KERNEL = 0x80

const [F_SETFL, O_NONBLOCK, O_CLOEXEC] = [4, 0o4000, 0o2000000]
const PAGE_BYTES = 64 * 1024 // the largest that a kernel has
const PROT_READ_EXEC = 5

/** Catches them from here on. @throws SecwrapError BAD_CONFIG where the system lets nobody make code. */
export function catchSignals(libc: Libc, onSignal: (caught: Caught) => void): void {
  const pipe = new Int32Array(2)
  libc.call(systemCalls().pipe2, libc.addressOf(pipe), O_CLOEXEC)
  const [output = -1, input = -1] = pipe
  libc.call(systemCalls().fcntl, input, F_SETFL, O_NONBLOCK) // a handler must not wait
  const handler = placeCode(libc, handlerCode(input))
  if (handler === undefined) {
    throw new SecwrapError('BAD_CONFIG', '--watch may not make memory executable, which its signals need', {
      hint: 'MemoryDenyWriteExecute=no',
    })
  }
  setHandlers(libc, handler)
  readRecords(output, Buffer.alloc(RECORD_BYTES * RECORDS), onSignal)
}

export function canCatch(signal: number): boolean {
  return !NOT_TO_CATCH.includes(signal) && !(signal === SIGPWR && process.versions.bun)
}

/** `write(input, siginfo, 24)`, then back: the second argument of a handler is that of `write`, too. */
function handlerCode(input: number): Uint8Array {
  if (process.arch === 'arm64') {
    const words = [0x52800000 | (input << 5), 0xd2800302, 0xd2800808, 0xd4000001, 0xd65f03c0]
    return new Uint8Array(new Uint32Array(words).buffer) // mov w0, mov x2, mov x8, svc, ret
  }
  const number = (value: number) => new Uint8Array(new Int32Array([value]).buffer)
  // mov edi; mov edx; mov eax; syscall; ret
  const { write } = systemCalls()
  return Uint8Array.from([
    0xbf,
    ...number(input),
    0xba,
    ...number(RECORD_BYTES),
    0xb8,
    ...number(write),
    0x0f,
    0x05,
    0xc3,
  ])
}

/** A page of our own that may be run, and no longer written. @returns its address. */
function placeCode(libc: Libc, code: Uint8Array): number | undefined {
  const bytes = new Uint8Array(2 * PAGE_BYTES)
  const start = libc.addressOf(bytes)
  const offset = (PAGE_BYTES - (start % PAGE_BYTES)) % PAGE_BYTES
  bytes.set(code, offset)
  const result = libc.call(systemCalls().mprotect, start + offset, PAGE_BYTES, PROT_READ_EXEC)
  return result === 0 ? start + offset : undefined
}

const SA_SIGINFO_RESTART = 0x10000004n

/** By the C library, which knows how a handler returns. Source: its struct sigaction: handler, mask, flags, restorer. */
function setHandlers(libc: Libc, handler: number): void {
  const action = new BigUint64Array(19)
  action[0] = BigInt(handler)
  action.fill(2n ** 64n - 1n, 1, 17) // one at a time
  action[17] = SA_SIGINFO_RESTART
  const address = libc.addressOf(action)
  const sigaction = openFunction('sigaction')
  for (let signal = 1; signal <= LAST_SIGNAL; signal++) {
    if (canCatch(signal)) sigaction?.(signal, address, 0, 0, 0, 0)
  }
}

/** A thread of the runtime waits at the pipe. */
function readRecords(output: number, bytes: Buffer, onSignal: (caught: Caught) => void): void {
  read(output, bytes, 0, bytes.length, null, (error, count) => {
    if (error) throw error
    for (let at = 0; at + RECORD_BYTES <= count; at += RECORD_BYTES) {
      onSignal({
        signal: bytes.readInt32LE(at),
        isFromKernel: bytes.readInt32LE(at + 8) === SI_KERNEL,
        sender: bytes.readInt32LE(at + 16),
      })
    }
    readRecords(output, bytes, onSignal)
  })
}
