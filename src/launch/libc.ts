/**
 * System calls that JavaScript lacks, by the FFI of either runtime and libc's `syscall`: it is in glibc
 * and musl alike, and takes the kernel's structures, which are the same for both. Source: syscall(2).
 */
type Call = (number: number, a?: Argument, b?: Argument, c?: Argument, d?: Argument) => number
type Argument = number | bigint

export interface Libc {
  /** Runs system call `number`. @returns its result, or -errno. */
  readonly call: Call
  /** Where these bytes are. They stay there: the array is kept from being collected. */
  readonly addressOf: (bytes: NodeJS.TypedArray) => bigint
}

interface BunFfi {
  dlopen(name: string, symbols: object): { symbols: { syscall: Call; __errno_location: () => number } }
  ptr(bytes: NodeJS.TypedArray): number
  readonly read: { i32(address: number): number }
}

type NodeFfi = typeof import('node:ffi')

let opened: Libc | null | undefined

/** Opened at the first call. Undefined where the runtime has no FFI (`node --no-experimental-ffi`). */
export function openLibc(): Libc | undefined {
  opened ??= (process.versions.bun ? openInBun() : openInNode()) ?? null
  return opened ?? undefined
}

function openInBun(): Libc {
  // What the module bun:ffi wraps. Loading that module would take a compiled program 0.3 ms.
  const ffi = (globalThis as unknown as { Bun: { FFI: BunFfi } }).Bun.FFI
  const args = ['i64', 'i64', 'i64', 'i64', 'i64']
  const { syscall, __errno_location } = openByName(ffi, {
    syscall: { args, returns: 'i64_fast' },
    __errno_location: { args: [], returns: 'ptr' },
  })
  return {
    call(number, a = 0, b = 0, c = 0, d = 0) {
      const result = syscall(number, a, b, c, d)
      return result === -1 ? -ffi.read.i32(__errno_location()) : result
    },
    addressOf: bytes => BigInt(ffi.ptr(hold(bytes))),
  }
}

// Bun links to libc already, so this only looks up a name in memory: the first try is right on glibc.
function openByName(ffi: BunFfi, symbols: object) {
  try {
    return ffi.dlopen('libc.so.6', symbols).symbols
  } catch {
    const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64'
    return ffi.dlopen(`libc.musl-${machine}.so.1`, symbols).symbols
  }
}

function openInNode(): Libc | undefined {
  const ffi = process.getBuiltinModule('node:ffi') as NodeFfi | undefined
  if (!ffi) return undefined
  const { functions } = ffi.dlopen(null, {
    syscall: { arguments: ['i64', 'i64', 'i64', 'i64', 'i64'], return: 'i64' },
    __errno_location: { arguments: [], return: 'pointer' },
  })
  return {
    call(number, a = 0, b = 0, c = 0, d = 0) {
      const result = functions.syscall(BigInt(number), BigInt(a), BigInt(b), BigInt(c), BigInt(d))
      return result === -1n ? -ffi.getInt32(functions.__errno_location()) : Number(result)
    },
    addressOf: bytes => ffi.getRawPointer(hold(bytes)),
  }
}

const held: NodeJS.TypedArray[] = []

// An address alone does not keep an array alive until the kernel has read it.
function hold<T extends NodeJS.TypedArray>(bytes: T): T {
  held.push(bytes)
  return bytes
}

const NUMBERS = {
  x64: { rt_sigaction: 13, rt_sigprocmask: 14, execve: 59, fcntl: 72, prctl: 157, prlimit64: 302 },
  arm64: { rt_sigaction: 134, rt_sigprocmask: 135, execve: 221, fcntl: 25, prctl: 167, prlimit64: 261 },
} as const

/** The numbers of the system calls on this machine. Source: linux/asm/unistd.h */
export function systemCalls(): (typeof NUMBERS)[keyof typeof NUMBERS] {
  return process.arch === 'arm64' ? NUMBERS.arm64 : NUMBERS.x64
}
