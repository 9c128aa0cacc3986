import { readdirSync, readFileSync } from 'node:fs'

/**
 * Ends the processes that are left of a session whose leader has ended, and names them.
 * Tests must stop what they start.
 */
export function endStragglers(session: number): string[] {
  return readdirSync('/proc')
    .map(Number)
    .filter(pid => pid > 0 && sessionOf(pid) === session)
    .map(pid => {
      const command = read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim()
      process.kill(pid, 'SIGKILL')
      return `a test left a process behind: ${pid} ${command}`
    })
}

/** Undefined for a zombie: it has ended, and only waits for its parent. Source: proc_pid_stat(5), fields 3 and 6. */
function sessionOf(pid: number): number | undefined {
  const [state, , , session] = read(`/proc/${pid}/stat`)
    .replace(/^.*\) /s, '')
    .split(' ')
  return state === undefined || state === 'Z' ? undefined : Number(session)
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return '' // it ended in the meantime
  }
}
