/**
 * Every signal but SIGKILL and SIGSTOP, with its sender: a handler of a few instructions writes the kernel's record of it
 * into a pipe. JavaScript can't: its runtimes know no real-time signals, and none tells who sent one.
 *
 * Faults of this process itself, and what its threads send each other, go where they went before.
 */
import { read } from 'node:fs'
import { SecwrapError } from '../core/errors.ts'
import { type Libc, openFunction, systemCalls } from '../core/libc.ts'
import { getAction, SIG_IGN, setAction } from './signal-action.ts'
import { CODE_AT, handlerCode, type Own, RECORD_BYTES, SENDER_AT } from './signal-code.ts'

export interface Caught {
  readonly signal: number
  readonly isFromKernel: boolean // a terminal's keys, not somebody's kill
  readonly sender: number // process id; 0 where there is none
}

const LAST_SIGNAL = 64
const [SIGHUP, SIGKILL, SIGSTOP] = [1, 9, 19]
const OF_FAULTS = [4, 5, 7, 8, 11, 31] // ILL, TRAP, BUS, FPE, SEGV, SYS
const NOT_REPEATED = [5, 31] // the instruction is over when they come
const OF_THREADS = [30, 32, 33] // Bun's engine stops its threads by PWR; the C library has the others for itself
const SPECIAL = [...OF_FAULTS, ...OF_THREADS]

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
  // Before: with the first thread that is made, the C library sets its own handler of 33.
  readRecords(output, Buffer.alloc(RECORD_BYTES * RECORDS), onSignal)
  // One for all others, at the end.
  const codes = [...SPECIAL.map(signal => handlerCode(input, findOwn(libc, signal))), handlerCode(input)]
  const addresses = placeCodes(libc, codes)
  if (addresses === undefined) {
    throw new SecwrapError('BAD_CONFIG', '--watch may not make memory executable, which its signals need', {
      hint: 'MemoryDenyWriteExecute=no',
    })
  }
  setHandlers(libc, signal => addresses.at(SPECIAL.indexOf(signal)) ?? 0)
}

function listCatchable(): readonly number[] {
  const all = Array.from({ length: LAST_SIGNAL }, (_, index) => index + 1)
  return all.filter(signal => signal !== SIGKILL && signal !== SIGSTOP)
}

function findOwn(libc: Libc, signal: number): Own | undefined {
  const before = getAction(libc, signal)
  if (OF_FAULTS.includes(signal)) {
    return {
      type: 'fault',
      signal,
      action: libc.addressOf(before),
      isRepeated: !NOT_REPEATED.includes(signal),
    }
  }
  const [handler = SIG_IGN] = before
  return OF_THREADS.includes(signal) && handler > SIG_IGN
    ? { type: 'thread', handler: Number(handler) }
    : undefined
}

/** Into memory of our own that may be run, and no longer written. @returns the address of each. */
function placeCodes(libc: Libc, codes: readonly Uint8Array[]): readonly number[] | undefined {
  const bytes = new Uint8Array(2 * PAGE_BYTES)
  const start = libc.addressOf(bytes)
  const first = (PAGE_BYTES - (start % PAGE_BYTES)) % PAGE_BYTES
  let end = first
  const addresses = codes.map(code => {
    bytes.set(code, end)
    end += code.length
    return start + end - code.length
  })
  const result = libc.call(systemCalls().mprotect, start + first, PAGE_BYTES, PROT_READ_EXEC)
  return result === 0 ? addresses : undefined
}

/** The C library sets one, and so tells how a handler returns. It would refuse to set those that it has for itself. */
function setHandlers(libc: Libc, handlerOf: (signal: number) => number): void {
  openFunction('sigaction')?.(SIGHUP, libc.addressOf(layOutForLibc(handlerOf(SIGHUP))), 0, 0, 0, 0)
  const action = getAction(libc, SIGHUP)
  for (const signal of listCatchable()) {
    action[0] = BigInt(handlerOf(signal))
    setAction(libc, signal, action)
  }
}

const [SA_SIGINFO, SA_ONSTACK, SA_RESTART] = [0x4n, 0x08000000n, 0x10000000n]

/** Handler, mask (all: one at a time), flags, restorer. Source: the struct sigaction of glibc and musl. */
function layOutForLibc(handler: number): BigUint64Array {
  const action = new BigUint64Array(19)
  action[0] = BigInt(handler)
  action.fill(2n ** 64n - 1n, 1, 17)
  action[17] = SA_SIGINFO | SA_ONSTACK | SA_RESTART
  return action
}

/** A thread of the runtime waits at the pipe. */
function readRecords(output: number, bytes: Buffer, onSignal: (caught: Caught) => void): void {
  read(output, bytes, 0, bytes.length, null, (error, count) => {
    if (error) throw error
    for (let at = 0; at + RECORD_BYTES <= count; at += RECORD_BYTES) {
      onSignal({
        signal: bytes.readInt32LE(at),
        isFromKernel: bytes.readInt32LE(at + CODE_AT) === SI_KERNEL,
        sender: bytes.readInt32LE(at + SENDER_AT),
      })
    }
    readRecords(output, bytes, onSignal)
  })
}
