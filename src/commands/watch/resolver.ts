import { type Libc, systemCalls } from '../../core/libc.ts'
import { writeAll } from '../../core/log.ts'
import type { Store, TokenLife } from '../../core/types.ts'
import { closeOnExec } from '../../launch/inherit.ts'
import type { Lease } from '../../launch/leases.ts'
import { formatReport } from '../../launch/supervisor/report.ts'
import { takeCaller } from '../caller.ts'
import { launch } from '../exec.ts'
import type { FlagValues } from '../flags.ts'
import type { Prepared } from '../prepare.ts'
import { listLeases, listMarks } from './marks.ts'
import { descriptorsOf, type WorkStage } from './stage.ts'
import { readStore } from './store.ts'
import { asLease, KeptTokens } from './tokens.ts'

const SIGCHLD = 17
const EINTR = 4

/** Reads all secrets, tells the supervisor, waits until it may, and becomes the command. */
export async function resolveAndBecome(
  libc: Libc,
  stage: WorkStage,
  values: FlagValues,
  command: readonly string[],
): Promise<void> {
  const { report, gate } = stage
  const { start, key } = readStore(libc, stage.store)
  closeOnExec(libc, descriptorsOf(stage))
  const { rawInherited } = takeCaller(process.env)
  passListening(process.env)
  writeAll(report, formatReport([{ event: 'begin' }]))
  const tokens = new ResolverTokens(libc, stage.tokens, stage.others)
  const beforeCommand = ({ template, resolved }: Prepared) => {
    const leases = listLeases(template.entries, resolved)
    const marks = listMarks(template.entries, resolved, key, leases)
    const told = [...leases, ...tokens.lives].map(lease => ({ event: 'lease', ...lease }) as const)
    writeAll(report, formatReport([...told, ...marks, { event: 'ready' }]))
    libc.call(systemCalls().kill, process.ppid, SIGCHLD) // look at me
    waitAtGate(libc, gate)
  }
  await launch(values, command, { start, rawInherited }, { beforeCommand, tokens })
}

class ResolverTokens extends KeptTokens {
  readonly lives: Lease[] = []
  readonly tell = (store: Store, life: TokenLife) => this.lives.push(asLease(store, life))
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
