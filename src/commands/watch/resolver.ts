import { type Libc, systemCalls } from '../../core/libc.ts'
import { writeAll } from '../../core/log.ts'
import { formatReport } from '../../launch/report.ts'
import { takeCaller } from '../caller.ts'
import { launch } from '../exec.ts'
import type { FlagValues } from '../flags.ts'
import { listLeases, listMarks } from './marks.ts'
import type { WorkStage } from './stage.ts'
import { readStore } from './store.ts'

const SIGCHLD = 17
const F_SETFD = 2
const FD_CLOEXEC = 1
const EINTR = 4

/** Reads all secrets, tells the supervisor, waits until it may, and becomes the command. */
export async function resolveAndBecome(
  libc: Libc,
  { store, report, gate }: WorkStage,
  values: FlagValues,
  command: readonly string[],
): Promise<void> {
  const { start, key } = readStore(libc, store)
  for (const ours of [store, report, gate]) libc.call(systemCalls().fcntl, ours, F_SETFD, FD_CLOEXEC)
  const { rawInherited } = takeCaller(process.env)
  passListening(process.env)
  writeAll(report, formatReport([{ event: 'begin' }]))
  await launch(values, command, { start, rawInherited }, ({ template, resolved }) => {
    const leases = listLeases(template.entries, resolved)
    const marks = listMarks(template.entries, resolved, key, leases)
    const told = leases.map(lease => ({ event: 'lease', ...lease }) as const)
    writeAll(report, formatReport([...told, ...marks, { event: 'ready' }]))
    libc.call(systemCalls().kill, process.ppid, SIGCHLD) // look at me
    waitAtGate(libc, gate)
  })
}

/** Sockets that systemd has opened are for the process with this id: sd_listen_fds(3). */
function passListening(environment: NodeJS.ProcessEnv): void {
  if (environment.LISTEN_PID === String(process.ppid)) environment.LISTEN_PID = String(process.pid)
}

/** Returns when the supervisor says so; if it is gone, this process ends. */
function waitAtGate(libc: Libc, gate: number): void {
  const byte = libc.addressOf(new Uint8Array(1))
  for (;;) {
    const count = libc.call(systemCalls().read, gate, byte, 1)
    if (count === 1) return
    if (count !== -EINTR) process.exit(128 + SIGCHLD)
  }
}
