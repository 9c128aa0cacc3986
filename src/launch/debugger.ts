/** Node opens a debugger at this signal, to every user of the machine who finds its port. Bun does not. */
const SIGNAL = 'SIGUSR1'
/** Refuses it from Node's first instruction on. Older ones, which bin/secwrap.js may meet, do not know it. */
const FLAG = '--disable-sigusr1'

/** The signal does what it does elsewhere: it ends the process. To be called first of all. */
export function refuseDebugger(): void {
  if (isRefused()) return
  process.once(SIGNAL, () => process.kill(process.pid, SIGNAL))
}

/** What a program of ours is started with, so that it never has one. */
export function withoutDebugger<Word>(argv: readonly Word[]): readonly (Word | string)[] {
  return isRefused() ? argv : [...argv.slice(0, 1), FLAG, ...argv.slice(1)]
}

function isRefused(): boolean {
  return process.versions.bun !== undefined || process.execArgv.includes(FLAG)
}
