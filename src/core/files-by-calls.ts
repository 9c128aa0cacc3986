import type { FileStatus, Files } from './files.ts'
import { type Libc, systemCalls } from './libc.ts'

// Source of the numbers: linux/fcntl.h, linux/stat.h, asm-generic/errno.h
const AT_FDCWD = -100
const AT_EMPTY_PATH = 0x1000
const STATX_BASIC_STATS = 0x7ff
const STATX_BYTES = 256
const X_OK = 1
const O_NOCTTY = 0o400
const O_NONBLOCK = 0o4000
const O_CLOEXEC = 0o2000000
const ENOENT = 2
const EINTR = 4
const ENOTDIR = 20

export function filesByCalls({ call, addressOf }: Libc): Files {
  const numbers = systemCalls()
  const address = (path: string) => addressOf(terminate(path))

  function statx(descriptor: number, path: string, flags: number): FileStatus | undefined {
    const status = new Uint32Array(STATX_BYTES / 4)
    const result = call(numbers.statx, descriptor, address(path), flags, STATX_BASIC_STATS, addressOf(status))
    if (result === -ENOENT || result === -ENOTDIR) return undefined
    check(result)
    return describe(status)
  }

  return {
    open(path, { wait } = { wait: false }) {
      const flags = O_NOCTTY | O_CLOEXEC | (wait ? 0 : O_NONBLOCK)
      return repeat(() => call(numbers.openat, AT_FDCWD, address(path), flags))
    },
    status: file => (typeof file === 'number' ? statx(file, '', AT_EMPTY_PATH) : statx(AT_FDCWD, file, 0)),
    read: (descriptor, bytes, start) =>
      repeat(() => call(numbers.read, descriptor, addressOf(bytes) + start, bytes.length - start)),
    write: (descriptor, bytes, start) =>
      repeat(() => call(numbers.write, descriptor, addressOf(bytes) + start, bytes.length - start)),
    close: descriptor => void check(call(numbers.close, descriptor)),
    checkExecutable: path => void check(call(numbers.faccessat, AT_FDCWD, address(path), X_OK)),
  }
}

/** What can wait can be interrupted by a signal, and then has done nothing. */
function repeat(attempt: () => number): number {
  for (;;) {
    const result = attempt()
    if (result !== -EINTR) return check(result)
  }
}

function check(result: number): number {
  if (result < 0) throw failure(-result)
  return result
}

function terminate(path: string): Uint8Array {
  // What follows a NUL byte would be lost, and another file be meant.
  if (path.includes('\0')) throw failure(ENOENT)
  return new TextEncoder().encode(`${path}\0`)
}

/** Errnos by name, as far as these calls give them. Source: errno(3). */
const NAMES: Readonly<Record<number, string>> = {
  1: 'EPERM',
  2: 'ENOENT',
  5: 'EIO',
  6: 'ENXIO',
  9: 'EBADF',
  11: 'EAGAIN',
  12: 'ENOMEM',
  13: 'EACCES',
  20: 'ENOTDIR',
  21: 'EISDIR',
  22: 'EINVAL',
  23: 'ENFILE',
  24: 'EMFILE',
  26: 'ETXTBSY',
  28: 'ENOSPC',
  32: 'EPIPE',
  36: 'ENAMETOOLONG',
  38: 'ENOSYS',
  40: 'ELOOP',
}

function failure(errno: number): Error {
  const code = NAMES[errno] ?? `E${errno}`
  return Object.assign(new Error(code), { code })
}

const S_IFMT = 0o170000
const S_IFREG = 0o100000
const S_IFDIR = 0o040000
const S_IFBLK = 0o060000

/** The kernel's struct statx, the same on every little-endian machine. Source: linux/stat.h */
function describe(words: Uint32Array): FileStatus {
  const at = (byte: number) => words[byte / 4] ?? 0
  const mode = at(28) & 0xffff
  return {
    kind: kindOf(mode & S_IFMT),
    size: at(40) + at(44) * 2 ** 32,
    mode: mode & 0o7777,
    device: at(136) * 2 ** 20 + at(140),
  }
}

function kindOf(type: number): FileStatus['kind'] {
  if (type === S_IFREG) return 'file'
  if (type === S_IFDIR) return 'folder'
  return type === S_IFBLK ? 'disk' : 'other'
}
