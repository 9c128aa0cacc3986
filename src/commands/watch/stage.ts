/**
 * `--watch` is this program several times over, each started with the same arguments:
 *
 *   first ─execve─▶ supervisor ─spawns─▶ opener ─execve─▶ resolver ─execve─▶ the command
 *                              ├spawns─▶ opener ─execve─▶ poller, again and again
 *                              └spawns─▶ opener ─execve─▶ closer, when a command has ended
 *
 * With `render`, a looker writes the files, and a runner runs the user's program after a change.
 *
 * The first puts its environment, tokens and all, into a memory file; the supervisor starts with none of it and
 * only holds the file; the opener reads it and becomes a resolver or a poller with the environment as it was.
 */
import type { WorkerDescriptors } from '../../launch/resident.ts'
import type { SidecarRole } from '../../launch/sidecar/workers.ts'
import type { WorkerRole } from '../../launch/supervisor/workers.ts'

export type Role = WorkerRole | SidecarRole

export interface SupervisorStage {
  readonly name: 'supervisor'
  readonly store: number // descriptor of the memory file
  readonly ignored: bigint // signals that the caller ignores
  readonly descriptors: readonly number[] // the caller's
}

export interface WorkStage extends WorkerDescriptors {
  readonly name: 'opener' | Role
  readonly role: Role
  readonly process: number // that wrote this: the opener's parent, else the process itself
  readonly store: number
}

export type Stage = SupervisorStage | WorkStage

const VARIABLE = 'SECWRAP_STAGE'
const SUPERVISOR = /^supervisor (\d+) (\d+) ([0-9a-f]+) ([\d,]*)$/
const WORK =
  /^(opener|resolver|poller|closer|looker|runner) (\d+) (resolver|poller|closer|looker|runner) (\d+) (\d+) (-?\d+) (-?\d+) (-?\d+)$/

export function formatStage(stage: SupervisorStage | Omit<WorkStage, 'process'>): string {
  return `${VARIABLE}=${wordsOf(stage).join(' ')}`
}

function wordsOf(stage: SupervisorStage | Omit<WorkStage, 'process'>): readonly (string | number)[] {
  const { name, store } = stage
  if (stage.name === 'supervisor') {
    return [name, process.pid, store, stage.ignored.toString(16), stage.descriptors.join(',')]
  }
  const { role, report, gate, tokens, others } = stage
  return [name, process.pid, role, store, report, gate, tokens, others]
}

/** Undefined in the first process. A variable that is not about this very process is nobody's. */
export function takeStage(environment: NodeJS.ProcessEnv): Stage | undefined {
  const text = environment[VARIABLE]
  if (text === undefined) return undefined
  delete environment[VARIABLE]
  return readSupervisor(text) ?? readWork(text)
}

export function isStage(variable: Uint8Array): boolean {
  return Buffer.from(variable).toString('latin1').startsWith(`${VARIABLE}=`)
}

function readSupervisor(text: string): SupervisorStage | undefined {
  const [, pid, store, ignored, descriptors = ''] = SUPERVISOR.exec(text) ?? []
  if (Number(pid) !== process.pid) return undefined
  return {
    name: 'supervisor',
    store: Number(store),
    ignored: BigInt(`0x${ignored}`),
    descriptors: descriptors.split(',').filter(Boolean).map(Number),
  }
}

function readWork(text: string): WorkStage | undefined {
  const [, name, pid, role, ...descriptors] = WORK.exec(text) ?? []
  if (name === undefined || (name !== 'opener' && Number(pid) !== process.pid)) return undefined
  const [store = -1, report = -1, gate = -1, tokens = -1, others = -1] = descriptors.map(Number)
  return {
    name: name as WorkStage['name'],
    role: role as Role,
    process: Number(pid),
    store,
    report,
    gate,
    tokens,
    others,
  }
}

/** Our own descriptors, which no command gets. */
export function descriptorsOf({ store, report, gate, tokens, others }: WorkStage): readonly number[] {
  return [store, report, gate, tokens, others].filter(descriptor => descriptor >= 0)
}
