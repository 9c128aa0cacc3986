/**
 * System calls that JavaScript lacks, by the FFI of either runtime and libc's `syscall`: it is in glibc
 * and musl alike, and takes the kernel's structures, which are the same for both. Source: syscall(2).
 */
type Call = (number: number, a?: Argument, b?: Argument, c?: Argument, d?: Argument, e?: Argument) => number
type Argument = number | bigint

export interface Libc {
  /** Runs system call `number`. @returns its result, or -errno. */
  readonly call: Call
  /**
   * Where these bytes are. They stay there, as the array is kept from being collected, but in Bun only until `buffer` or
   * `subarray` of a small one is asked for, which moves its bytes.
   */
  readonly addressOf: (bytes: NodeJS.TypedArray) => number
}

type Symbols<Name extends string> = Readonly<Record<Name, (...integers: Argument[]) => number>>

interface BunFfi {
  dlopen<Name extends string>(
    name: string,
    symbols: Readonly<Record<Name, object>>,
  ): { symbols: Symbols<Name> } | Error
  ptr(bytes: NodeJS.TypedArray): number
  readonly read: { i32(address: number): number }
}

type NodeFfi = typeof import('node:ffi')

let opened: Libc | null | undefined // null: looked for in vain

/** Opened at the first call. Undefined where the runtime has no FFI (`node --no-experimental-ffi`). */
export function openLibc(): Libc | undefined {
  opened ??= (process.versions.bun ? openInBun() : openInNode()) ?? null
  return opened ?? undefined
}

function openInBun(): Libc | undefined {
  // What the module bun:ffi is made of. The module itself, which takes 0.25 ms, adds nothing for integers.
  const { FFI } = (globalThis as unknown as { Bun: { FFI: BunFfi } }).Bun
  const args = ['i64', 'i64', 'i64', 'i64', 'i64', 'i64']
  const symbols = { syscall: { args, returns: 'i64_fast' }, __errno_location: { args: [], returns: 'ptr' } }
  const { syscall, __errno_location } = openByName(FFI, symbols)
  return {
    call(number, a = 0, b = 0, c = 0, d = 0, e = 0) {
      const result = syscall(number, a, b, c, d, e)
      return result === -1 ? -FFI.read.i32(__errno_location()) : result
    },
    addressOf: bytes => FFI.ptr(hold(bytes)),
  }
}

// Bun links to libc already, so this only looks up a name in memory: the first try is right on glibc.
function openByName<Name extends string>(
  ffi: BunFfi,
  symbols: Readonly<Record<Name, object>>,
): Symbols<Name> {
  const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64'
  for (const name of ['libc.so.6', `libc.musl-${machine}.so.1`]) {
    const library = ffi.dlopen(name, symbols)
    if (!(library instanceof Error)) return library.symbols
  }
  throw new Error('no libc')
}

function openInNode(): Libc | undefined {
  const ffi = withoutWarning(() => process.getBuiltinModule('node:ffi') as NodeFfi | undefined)
  if (!ffi) return undefined
  const { functions } = ffi.dlopen(null, {
    syscall: { arguments: ['i64', 'i64', 'i64', 'i64', 'i64', 'i64'], return: 'i64' },
    __errno_location: { arguments: [], return: 'pointer' },
  })
  return {
    call(number, a = 0, b = 0, c = 0, d = 0, e = 0) {
      const result = functions.syscall(BigInt(number), BigInt(a), BigInt(b), BigInt(c), BigInt(d), BigInt(e))
      return result === -1n ? -ffi.getInt32(functions.__errno_location()) : Number(result)
    },
    addressOf: bytes => Number(ffi.getRawPointer(hold(bytes))),
  }
}

/** A function of libc beside its system calls, of six integers at most. Undefined where there is no FFI. */
export function openFunction(name: string): ((...integers: Argument[]) => number) | undefined {
  const args = ['i64', 'i64', 'i64', 'i64', 'i64', 'i64']
  if (process.versions.bun) {
    const { FFI } = (globalThis as unknown as { Bun: { FFI: BunFfi } }).Bun
    return openByName(FFI, { [name]: { args, returns: 'i32' } })[name]
  }
  const ffi = withoutWarning(() => process.getBuiltinModule('node:ffi') as NodeFfi | undefined)
  const types = args.map(() => 'i64' as const)
  const call = ffi?.dlopen(null, { [name]: { arguments: types, return: 'i32' } }).functions[name]
  return call && ((...integers) => Number(call(...args.map((_, index) => BigInt(integers[index] ?? 0)))))
}

// node:ffi says that it is experimental, on a standard error that is the command's.
function withoutWarning<T>(load: () => T): T {
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return load()
  } finally {
    process.emitWarning = emitWarning
  }
}

const held: NodeJS.TypedArray[] = []

// An address alone does not keep an array alive until the kernel has read it.
function hold<T extends NodeJS.TypedArray>(bytes: T): T {
  held.push(bytes)
  return bytes
}

const X64 = {
  read: 0,
  write: 1,
  close: 3,
  lseek: 8,
  mprotect: 10,
  rt_sigaction: 13,
  rt_sigprocmask: 14,
  ioctl: 16,
  pread64: 17,
  madvise: 28,
  execve: 59,
  wait4: 61,
  kill: 62,
  fcntl: 72,
  flock: 73,
  ftruncate: 77,
  setpgid: 109,
  getppid: 110,
  setsid: 112,
  getpgid: 121,
  getsid: 124,
  prctl: 157,
  gettid: 186,
  exit_group: 231,
  tgkill: 234,
  openat: 257,
  faccessat: 269,
  ppoll: 271,
  sync_file_range: 277,
  dup3: 292,
  pipe2: 293,
  prlimit64: 302,
  memfd_create: 319,
  statx: 332,
} as const

const ARM64 = {
  dup3: 24,
  fcntl: 25,
  ioctl: 29,
  flock: 32,
  ftruncate: 46,
  faccessat: 48,
  openat: 56,
  close: 57,
  pipe2: 59,
  lseek: 62,
  read: 63,
  write: 64,
  pread64: 67,
  ppoll: 73,
  sync_file_range: 84,
  exit_group: 94,
  kill: 129,
  tgkill: 131,
  rt_sigaction: 134,
  rt_sigprocmask: 135,
  setpgid: 154,
  getpgid: 155,
  getsid: 156,
  setsid: 157,
  prctl: 167,
  getppid: 173,
  gettid: 178,
  execve: 221,
  mprotect: 226,
  madvise: 233,
  wait4: 260,
  prlimit64: 261,
  memfd_create: 279,
  statx: 291,
} as const

/** The numbers of the system calls on this machine. Source: linux/asm/unistd.h */
export function systemCalls(): typeof X64 | typeof ARM64 {
  return process.arch === 'arm64' ? ARM64 : X64
}
