import { existsSync, globSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'

/** Folders of labs, and the file in each that holds the process id of its test run. */
export const PREFIX = `${tmpdir()}/secwrap-lab-`
export const OWNER = 'run.pid'

/** Ends the servers of test runs that were killed before they could, and removes their folders. */
export function sweepAbandonedLabs(prefix = PREFIX): void {
  for (const owner of globSync(`${prefix}*/${OWNER}`)) {
    const folder = owner.slice(0, -OWNER.length - 1)
    if (existsSync(`/proc/${readPid(owner)}`)) continue
    for (const file of globSync(`${folder}/*.pid`)) endServer(readPid(file), folder)
    rmSync(folder, { recursive: true, force: true })
  }
}

// A process id may have been given away again: ours works in the lab's folder.
function endServer(pid: number, folder: string): void {
  try {
    if (readlinkSync(`/proc/${pid}/cwd`).startsWith(folder)) process.kill(pid, 'SIGKILL')
  } catch {
    // it is gone
  }
}

function readPid(file: string): number {
  return Number(readFileSync(file, 'utf8'))
}
