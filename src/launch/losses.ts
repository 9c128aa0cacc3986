import { openLibc } from '../core/libc.ts'
import type { StartState } from './start-state.ts'

const WITHOUT_RECORD = [
  'signals that the caller ignores or blocks reach the command as if it did not',
  'descriptors from 3 on are closed',
  'the soft limit of open files is taken from the parent process',
]

const WITHOUT_FFI = [
  'SIGPIPE and SIGXFSZ are ignored by the command',
  'signals that the caller ignores or blocks reach the command as if it did not',
  'descriptors from 3 on are closed',
  'the soft limit of open files stays raised to the hard one',
  'variables and arguments that are not UTF-8 are changed or left out',
  'this process may be dumped and read by its user while it holds secrets',
]

/** How a command that `exec` starts here differs from one that is started directly; for `doctor`. */
export function listLosses(start: StartState): readonly string[] {
  if (!openLibc()) return WITHOUT_FFI
  return start.isRecorded ? [] : WITHOUT_RECORD
}
