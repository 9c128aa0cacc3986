/**
 * What the caller gave this process: limits, signals and descriptors, before the runtime changed them.
 * The compiled file writes it down in memory (start-record.ts), bin/secwrap.js in a variable. Where nobody
 * did, it is assumed to be the usual.
 */
import { readWhole } from '../core/files.ts'
import { takeStartRecord } from './start-record.ts'

export interface StartState {
  readonly openFiles: bigint | undefined // RLIMIT_NOFILE, soft
  readonly ignored: bigint // signals, one bit each: 1n << (signal - 1)
  readonly blocked: bigint
  readonly descriptors: readonly number[] // those that were open
  readonly isRecorded: boolean // false: assumed
}

/** Holds `version pid openFiles ignored blocked descriptor,descriptor,…`; the masks in hex. */
const START_VARIABLE = 'SECWRAP_START'
/** NODE_OPTIONS and its like are for a Node that the command may be: bin/secwrap.js hides them under such names. */
const HIDDEN = 'SECWRAP_HIDDEN_'

const RECORD = /^1 (\d+) (\d+|unlimited) ([0-9a-f]{1,16}) ([0-9a-f]{1,16}) ([\d,]*)$/

/** The state at the start; what is likely, where there is no record of this very process. */
export function takeStartState(environment: NodeJS.ProcessEnv): StartState {
  return takeStartRecord(environment) ?? takeVariable(environment) ?? assumeStartState()
}

function takeVariable(environment: NodeJS.ProcessEnv): StartState | undefined {
  const record = environment[START_VARIABLE]
  if (record === undefined) return undefined
  delete environment[START_VARIABLE]
  showHidden(environment)
  const [, pid, openFiles, ignored, blocked, descriptors] = RECORD.exec(record) ?? []
  if (Number(pid) !== process.pid) return undefined
  return {
    openFiles: openFiles === 'unlimited' ? INFINITY : BigInt(openFiles ?? 0),
    ignored: BigInt(`0x${ignored}`),
    blocked: BigInt(`0x${blocked}`),
    descriptors: (descriptors ?? '').split(',').filter(Boolean).map(Number),
    isRecorded: true,
  }
}

function showHidden(environment: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(environment)) {
    if (!name.startsWith(HIDDEN)) continue
    environment[name.slice(HIDDEN.length)] = environment[name]
    delete environment[name]
  }
}

const INFINITY = 2n ** 64n - 1n // RLIM_INFINITY

function assumeStartState(): StartState {
  return { openFiles: readParentLimit(), ignored: 0n, blocked: 0n, descriptors: [0, 1, 2], isRecorded: false }
}

const PROC_BYTES = 16 * 1024

// The limit is inherited, so the parent's is ours, unless it is of another user or changed it in between.
function readParentLimit(): bigint | undefined {
  try {
    const limits = new TextDecoder().decode(readWhole(`/proc/${process.ppid}/limits`, PROC_BYTES))
    const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1]
    return soft === undefined ? undefined : BigInt(soft)
  } catch {
    return undefined
  }
}
