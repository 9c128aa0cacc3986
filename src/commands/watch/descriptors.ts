import { type Libc, systemCalls } from '../../core/libc.ts'
import { descriptorsOf, type WorkStage } from './stage.ts'
import { readStore } from './store.ts'

const F_SETFD = 2
const FD_CLOEXEC = 1

/** No program that is started from here gets our own descriptors or the caller's: Node would pass some of them on. */
export function closeOnStart(libc: Libc, stage: WorkStage): void {
  const { start } = readStore(libc, stage.store)
  const others = start.descriptors.filter(descriptor => descriptor > 2)
  for (const descriptor of [...descriptorsOf(stage), ...others]) {
    libc.call(systemCalls().fcntl, descriptor, F_SETFD, FD_CLOEXEC)
  }
}
