/** This program once more, as another process that gets these descriptors and no others. */
import { type Libc, openFunction, systemCalls } from '../../core/libc.ts'
import { layOutImage } from '../../launch/execute.ts'
import { readOwnImage } from '../../launch/own-image.ts'

const F_SETFD = 2
const O_CLOEXEC = 0o2000000

/**
 * To be called before `protectProcess`.
 *
 * @param variables - `NAME=value`: all of its environment.
 * @returns its process id, or -errno.
 */
export function startSelf(libc: Libc, variables: readonly string[], descriptors: readonly number[]): number {
  const spawn = openFunction('posix_spawn')
  if (!spawn) throw new Error('no posix_spawn')
  const { fcntl } = systemCalls()
  for (const descriptor of descriptors) libc.call(fcntl, descriptor, F_SETFD, 0)
  const pid = new Int32Array(1)
  const image = layOutImage(libc, { ...readOwnImage(), variables })
  const [file, argv, environment] = image
  const errno = spawn(libc.addressOf(pid), file, 0, 0, argv, environment)
  return errno === 0 ? (pid[0] ?? 0) : -errno
}

export interface Pipe {
  readonly out: number // to read from
  readonly into: number
}

/** Neither end is passed on to a program that is started. */
export function openPipe(libc: Libc): Pipe {
  const ends = new Int32Array(2)
  const result = libc.call(systemCalls().pipe2, libc.addressOf(ends), O_CLOEXEC)
  if (result < 0) throw new Error(`no pipe, errno ${-result}`)
  const [out = -1, into = -1] = ends
  return { out, into }
}

const EINTR = 4

/** @returns the status of a child that has ended, as wait4 tells it: 0 for exit code 0. */
export function waitFor(libc: Libc, pid: number): number {
  const status = new Int32Array(1)
  const address = libc.addressOf(status)
  while (libc.call(systemCalls().wait4, pid, address, 0, 0) === -EINTR);
  return status[0] ?? 0
}
