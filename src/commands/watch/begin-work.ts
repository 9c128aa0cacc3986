import { type Libc, systemCalls } from '../../core/libc.ts'
import { protectProcess } from '../../launch/exec.ts'
import { closeOnExec } from '../../launch/inherit.ts'
import { readMemoryFile } from '../../launch/memory-file.ts'
import { takeCaller } from '../caller.ts'
import { descriptorsOf, type WorkStage } from './stage.ts'
import { readStore } from './store.ts'

export interface Work {
  readonly asked: string // by the process that stays: the begin of the report
  readonly key: string // of the digests that stand for versions
}

/** The first steps of a process that works for one that stays, and never becomes the command. */
export function beginWork(libc: Libc, stage: WorkStage): Work {
  libc.call(systemCalls().setpgid, 0, 0) // keys at the terminal are meant for the command, or for the process that stays
  const { start, key } = readStore(libc, stage.store)
  const callers = start.descriptors.filter(descriptor => descriptor > 2)
  // No program that is started from here gets our own descriptors or the caller's: Node would pass some of them on.
  closeOnExec(libc, [...descriptorsOf(stage), ...callers])
  const asked = new TextDecoder().decode(readMemoryFile(libc, stage.report))
  takeCaller(process.env)
  protectProcess() // it was started with all of secwrap's environment
  return { asked, key }
}
