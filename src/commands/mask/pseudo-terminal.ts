/** A terminal for a command's output, beside the one that it has: `exec --mask=pty`. */
import { constants, openSync } from 'node:fs'
import { SecwrapError } from '../../core/errors.ts'
import { type Libc, systemCalls } from '../../core/libc.ts'
import { Window } from '../../mask/window.ts'
import type { Pipe } from './start.ts'

// Source: asm-generic/ioctls.h, asm-generic/termbits.h
const TCGETS = 0x5401
const TCSETS = 0x5402
const TIOCSPTLCK = 0x40045431
const TIOCGPTPEER = 0x5441
const TERMIOS_BYTES = 64 // 36 in the kernel's structure
const OUTPUT_FLAGS = 1 // the second of its 32-bit words
const OPOST = 1

/**
 * Looks like `terminal`, but leaves every byte as it is: the real one does what is to be done at the ends of lines.
 * Nobody's controlling terminal: keys, signals and job control stay with the real one.
 *
 * @throws SecwrapError BAD_CONFIG
 */
export function openPseudoTerminal(libc: Libc, terminal: number): Pipe {
  const { ioctl } = systemCalls()
  const { O_RDWR, O_NOCTTY } = constants
  const master = openMaster(O_RDWR | O_NOCTTY)
  libc.call(ioctl, master, TIOCSPTLCK, libc.addressOf(new Int32Array(1)))
  const slave = libc.call(ioctl, master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC)
  if (slave < 0) throw none()
  const settings = new Uint32Array(TERMIOS_BYTES / 4)
  libc.call(ioctl, terminal, TCGETS, libc.addressOf(settings))
  settings[OUTPUT_FLAGS] = Number(settings[OUTPUT_FLAGS]) & ~OPOST
  libc.call(ioctl, slave, TCSETS, libc.addressOf(settings))
  new Window(libc, terminal, master).copy()
  return { out: master, into: slave }
}

const O_CLOEXEC = 0o2000000

/** The runtime opens every file so that it is not passed on to programs. */
function openMaster(flags: number): number {
  try {
    return openSync('/dev/ptmx', flags)
  } catch {
    throw none()
  }
}

function none(): SecwrapError {
  return new SecwrapError('BAD_CONFIG', '--mask=pty finds no pseudo-terminal here', {
    hint: '--mask alone, which uses pipes',
  })
}
