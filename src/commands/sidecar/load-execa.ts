import { type Libc, systemCalls } from '../../core/libc.ts'

const F_DUPFD_CLOEXEC = 1030
const O_CLOEXEC = 0o2000000
const AT_FDCWD = -100
const O_RDWR = 2
const FIRST = 10

/** Loading execa touches the standard streams, which would leave them non-blocking for all who have them: not these. */
export async function loadExeca(libc: Libc): Promise<typeof import('execa')> {
  const { fcntl, openat, dup3, close } = systemCalls()
  const aside = [0, 1, 2].map(standard => libc.call(fcntl, standard, F_DUPFD_CLOEXEC, FIRST))
  const path = libc.addressOf(new TextEncoder().encode('/dev/null\0'))
  const nothing = libc.call(openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC)
  for (const standard of [0, 1, 2]) libc.call(dup3, nothing, standard, 0)
  try {
    return await import('execa')
  } finally {
    for (const [standard, descriptor] of aside.entries()) {
      libc.call(dup3, descriptor, standard, 0)
      libc.call(close, descriptor)
    }
    libc.call(close, nothing)
  }
}
