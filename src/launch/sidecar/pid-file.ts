/** A signal for the program whose process id is in a file, as daemons write it: nginx's pid, HAProxy's pidfile. */
import { openFiles, readOpen } from '../../core/files.ts'
import { type Libc, systemCalls } from '../../core/libc.ts'
import type { SignalTarget } from './policy.ts'

const MAX_BYTES = 64
const [EPERM, ESRCH] = [1, 3]

/** @returns what stands against it, in words; undefined where the signal was sent. */
export function sendByPidFile(libc: Libc, { signal, pidFile }: SignalTarget): string | undefined {
  const text = tryRead(pidFile)
  if (typeof text !== 'string') return `the pid file ${pidFile} can't be read (${text.code})`
  const pid = parsePid(text)
  if (pid === undefined) return `the pid file ${pidFile} holds no process id`
  // As PID 1 of a container, with a file from another container where 1 is somebody else.
  if (pid === process.pid) return `the pid file ${pidFile} holds the process id of secwrap itself`
  if (!isAlive(pid)) return `the pid file ${pidFile} holds ${pid}, and there is no such process`
  const errno = -libc.call(systemCalls().kill, pid, signal)
  if (errno <= 0) return undefined
  const reason = errno === EPERM ? 'EPERM' : errno === ESRCH ? 'ESRCH' : `errno ${errno}`
  return `the process ${pid} of the pid file ${pidFile} can't be signalled (${reason})`
}

/** Undefined for everything that kill(2) would take for a group, or for all processes. */
export function parsePid(text: string): number | undefined {
  const [, digits] = /^\s*([1-9]\d{0,9})\s*$/.exec(text) ?? []
  const pid = Number(digits)
  return pid <= 0x7fff_ffff ? pid : undefined
}

function tryRead(path: string): string | { readonly code: string } {
  try {
    return readFile(path)
  } catch (error) {
    return { code: (error as { code?: string }).code ?? 'unknown error' }
  }
}

/** Whoever may write a pid file could put a FIFO there: nothing waits for its writer. */
function readFile(path: string): string | { readonly code: string } {
  const files = openFiles()
  const descriptor = files.open(path)
  try {
    if (files.status(descriptor)?.kind !== 'file') return { code: 'no regular file' }
    return new TextDecoder().decode(readOpen(descriptor, MAX_BYTES))
  } finally {
    files.close(descriptor)
  }
}

/** A zombie takes signals, and does nothing with them. */
function isAlive(pid: number): boolean {
  const stat = tryRead(`/proc/${pid}/stat`)
  return typeof stat === 'string' && !/\) [ZX] /.test(stat)
}
