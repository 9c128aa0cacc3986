import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'

export interface ServerPlan {
  readonly name: string
  readonly folder: string // of this run: gets NAME.log and NAME.pid
  readonly command: readonly [string, ...string[]]
  readonly options?: SpawnOptions
  readonly stopSignal?: NodeJS.Signals
  /** Resolves to true as soon as the server answers. */
  readonly isReady: (log: string) => boolean | Promise<boolean>
}

export interface Server {
  readonly name: string
  /** False if the server is still there afterwards. */
  stop(): Promise<boolean>
}

const READY_WITHIN_MS = 60_000
const STOP_WITHIN_MS = 10_000
const POLL_MS = 20

/** Starts a server and waits until it answers. @throws Error with the end of its log if it does not. */
export async function startServer(plan: ServerPlan): Promise<Server> {
  const logFile = `${plan.folder}/${plan.name}.log`
  const log = openSync(logFile, 'a', 0o600)
  const [program, ...args] = plan.command
  const child = spawn(program, args, { cwd: plan.folder, ...plan.options, stdio: ['ignore', log, log] })
  const server = { name: plan.name, stop: () => stopChild(child, plan.stopSignal ?? 'SIGTERM') }
  await once(child, 'spawn')
  writeFileSync(`${plan.folder}/${plan.name}.pid`, String(child.pid))
  const deadline = Date.now() + READY_WITHIN_MS
  while (!(await plan.isReady(readFileSync(logFile, 'utf8')))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await server.stop()
      throw new Error(`${plan.name} did not start:\n${readFileSync(logFile, 'utf8').slice(-2_000)}`)
    }
    await new Promise(resolve => setTimeout(resolve, POLL_MS))
  }
  return server
}

async function stopChild(child: ChildProcess, signal: NodeJS.Signals): Promise<boolean> {
  if (isOver(child)) return true
  const over = once(child, 'exit')
  child.kill(signal)
  const tooLong = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS)
  await over
  clearTimeout(tooLong)
  return child.signalCode !== 'SIGKILL'
}

function isOver(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

/** True once `url` gives one of these HTTP statuses. */
export async function answers(url: string, ...statuses: number[]): Promise<boolean> {
  try {
    return statuses.includes((await fetch(url)).status)
  } catch {
    return false
  }
}

/** Ports on loopback that nobody uses now, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const holders = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(holders.map(holder => once(holder, 'listening')))
  const ports = holders.map(holder => (holder.address() as { port: number }).port)
  await Promise.all(holders.map(holder => once(holder.close(), 'close')))
  return ports
}
