/** A terminal for a command's output, beside the one that it has: `exec --mask=pty`. */
import { constants, openSync } from 'node:fs'
import { SecwrapError } from '../../core/errors.ts'
import { type Libc, systemCalls } from '../../core/libc.ts'
import { copySettings } from '../../mask/settings.ts'
import { Window } from '../../mask/window.ts'
import type { Pipe } from './start.ts'

// Source: asm-generic/ioctls.h
const TIOCSPTLCK = 0x40045431
const TIOCGPTPEER = 0x5441

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
  copySettings(libc, terminal, slave)
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
