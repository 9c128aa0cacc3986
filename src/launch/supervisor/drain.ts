import { pause, readWhole } from '../../core/files.ts'
import { type Libc, systemCalls } from '../../core/libc.ts'

const PATIENCE_MS = 2_000
const LIST_BYTES = 64 * 1024
const WNOHANG = 1

/**
 * Waits until this process has no children any more, adopted orphans included: at most two seconds, as the command may
 * have left something behind. To be called at the end only: it reaps whatever ends.
 */
export function waitForChildren(libc: Libc): void {
  const end = performance.now() + PATIENCE_MS
  while (hasChildren() && performance.now() < end) {
    pause()
    while (libc.call(systemCalls().wait4, -1, 0, WNOHANG, 0) > 0);
  }
}

function hasChildren(): boolean {
  try {
    return readWhole(`/proc/self/task/${process.pid}/children`, LIST_BYTES).length > 0
  } catch {
    return false // a kernel that does not tell
  }
}
