import { SecwrapError } from './errors.ts'
import { openFiles } from './files.ts'
import { openLibc, systemCalls } from './libc.ts'

// Source: asm-generic/fcntl.h, asm-generic/errno-base.h
const LOCK_EX = 2
const LOCK_NB = 4
const EAGAIN = 11
const EINTR = 4
const FIRST_WAIT_MS = 2
const LONGEST_WAIT_MS = 50

/**
 * Keeps other secwrap processes from writing in a folder until the returned object is disposed of:
 * `using lock = await lockFolder(folder, signal)`. The kernel holds the lock, so it ends with the process
 * and no file is left behind. Undefined where folders can't be locked (some network file systems).
 *
 * @throws SecwrapError CONFLICT where another process holds it until the signal is aborted.
 */
export async function lockFolder(folder: string, signal: AbortSignal): Promise<Disposable | undefined> {
  const files = openFiles()
  const descriptor = files.open(folder)
  const close = () => files.close(descriptor)
  try {
    const isLocked = await waitForLock(descriptor, folder, signal)
    if (isLocked) return { [Symbol.dispose]: close }
  } catch (error) {
    close()
    throw error
  }
  close()
  return undefined
}

async function waitForLock(descriptor: number, folder: string, signal: AbortSignal): Promise<boolean> {
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
    const result = tryLock(descriptor)
    if (result === 0) return true
    if (result !== -EAGAIN && result !== -EINTR) return false
    if (signal.aborted) {
      throw new SecwrapError('CONFLICT', `${folder}: another process is writing there`, { hint: '--timeout' })
    }
    await new Promise(resolve => setTimeout(resolve, waitMs))
  }
}

// Without waiting in the kernel, which would hold up this thread and its deadline.
function tryLock(descriptor: number): number {
  return openLibc()?.call(systemCalls().flock, descriptor, LOCK_EX | LOCK_NB) ?? -1
}
