import { type Libc, systemCalls } from '../core/libc.ts'

const F_SETFD = 2
const FD_CLOEXEC = 1

/** Programs that are started from here on get these descriptors, under the same numbers. Source: fcntl(2) */
export function passOn(libc: Libc, descriptors: Iterable<number>): void {
  for (const descriptor of descriptors) libc.call(systemCalls().fcntl, descriptor, F_SETFD, 0)
}

/** Programs that are started from here on do not. */
export function closeOnExec(libc: Libc, descriptors: Iterable<number>): void {
  for (const descriptor of descriptors) libc.call(systemCalls().fcntl, descriptor, F_SETFD, FD_CLOEXEC)
}
