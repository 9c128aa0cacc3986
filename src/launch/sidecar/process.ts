/** Carries out what sidecar.ts decides: processes, timers, signals, the listener. */
import { log } from '../../core/log.ts'
import { Terminal } from '../../core/terminal.ts'
import { Children } from '../children.ts'
import type { Resident } from '../resident.ts'
import { hasSignal, signalNumber } from '../signals.ts'
import { endAs, type Status } from '../status.ts'
import { stayAlive, Timers } from '../timers.ts'
import { Trimmer } from '../trim.ts'
import { NOT_STARTED } from '../worker.ts'
import type { SidecarAction, SidecarEvent, TimerName } from './events.ts'
import type { Listener } from './listener.ts'
import { sendByPidFile } from './pid-file.ts'
import type { SidecarPolicy, Step } from './policy.ts'
import type { Ask } from './report.ts'
import { Sidecar } from './sidecar.ts'
import { Standing } from './standing.ts'
import { type SidecarRole, SidecarWorkers } from './workers.ts'

export interface SidecarSetup extends Resident<SidecarRole> {
  /** Removes what was written and is still as it was written: path → mark. */
  cleanUp(files: ReadonlyMap<string, string>): void
}

const ON_SIGNAL = { SIGHUP: 'look', SIGINT: 'leave', SIGQUIT: 'leave', SIGTERM: 'leave' } as const

export class SidecarProcess {
  readonly #setup: SidecarSetup
  readonly #policy: SidecarPolicy
  readonly #standing: Standing
  readonly #sidecar: Sidecar
  readonly #children: Children
  readonly #timers = new Timers<TimerName>(name => this.#tell({ type: 'timer', name }))
  readonly #workers: SidecarWorkers
  readonly #trimmer: Trimmer
  readonly #hadTerminal = hasTerminal()
  #listener: Listener | undefined
  #ending: Status | undefined

  constructor(setup: SidecarSetup, policy: SidecarPolicy) {
    const { libc, unchanged } = setup
    this.#setup = setup
    this.#policy = policy
    this.#standing = new Standing(policy.staleMs)
    this.#sidecar = new Sidecar(policy, this.#standing)
    this.#children = new Children(libc)
    this.#trimmer = new Trimmer(libc, unchanged, true)
    this.#workers = new SidecarWorkers(setup, this.#children, policy)
  }

  /** From here on events do everything. @throws SecwrapError where the listener can't be opened. */
  async begin(): Promise<void> {
    // Before the first child: one that ends at once would go unnoticed.
    process.on('SIGCHLD', () => this.#collect())
    for (const [name, type] of Object.entries(ON_SIGNAL)) this.#listenTo(name as NodeJS.Signals, type)
    stayAlive()
    if (this.#policy.listen) await this.#open(this.#policy.listen)
    this.#tell({ type: 'begin' })
  }

  #listenTo(name: NodeJS.Signals, type: 'look' | 'leave'): void {
    const number = signalNumber(name) ?? 0
    if (hasSignal(this.#setup.ignored, number)) return // by the caller, as nohup does
    process.on(name, () => this.#tell({ type: this.#isCutOff() ? 'leave' : type }))
  }

  /** From the terminal that it was started in: then SIGHUP says so. */
  #isCutOff(): boolean {
    return this.#hadTerminal && !hasTerminal()
  }

  /** Loaded when asked for: it takes 5 MiB. */
  async #open(listen: NonNullable<SidecarPolicy['listen']>): Promise<void> {
    const { openStandingListener } = await import('./probes.ts')
    this.#listener = await openStandingListener(listen, this.#standing, () => this.#trimmer.soon())
    log('info', `listening on ${this.#listener.address}`)
  }

  #tell(event: SidecarEvent): void {
    if (this.#ending) return
    for (const action of this.#sidecar.on(event)) this.#perform(action)
  }

  #perform(action: SidecarAction): void {
    if (action.type === 'look') this.#look(action.ask)
    else if (action.type === 'act') this.#act(action.step, action.schemes)
    else if (action.type === 'kill') this.#kill(action.whom, action.signal)
    else if (action.type === 'timer') this.#timers.set(action.name, action.ms)
    else if (action.type === 'cancel') this.#timers.cancel(action.name)
    else if (action.type === 'log') log(action.level, action.text)
    else if (action.type === 'close') this.#listener?.close()
    else if (action.type === 'cleanup') this.#setup.cleanUp(action.files)
    else this.#end(action)
  }

  #kill(whom: 'look' | 'run', signal: number): void {
    const { looker, runner } = this.#workers
    const worker = whom === 'look' ? looker : runner
    worker.kill(signal)
  }

  #look(ask: Ask): void {
    if (!this.#workers.startLook(ask)) setImmediate(() => this.#looked(NOT_STARTED))
  }

  #act(step: Step, schemes: readonly string[]): void {
    if (step === 'signal') {
      const { target } = this.#policy
      const problem = target && sendByPidFile(this.#setup.libc, target)
      setImmediate(() => this.#tell({ type: 'acted', step, problem }))
      return
    }
    if (!this.#workers.startProgram(schemes)) setImmediate(() => this.#ran())
  }

  /** Something has happened to a child; orphans are reaped, too. */
  #collect(): void {
    const { looker, runner, closer } = this.#workers
    for (const change of this.#children.collect()) {
      if (!('ended' in change)) continue
      if (change.pid === looker.pid) this.#looked(change.ended)
      else if (change.pid === runner.pid) this.#ran()
      else if (change.pid === closer.pid && this.#ending) endAs(this.#setup.libc, this.#ending)
    }
  }

  #looked(status: Status): void {
    const found = this.#workers.finish('looker')
    this.#trimmer.soon()
    this.#tell({ type: 'looked', found, status })
  }

  #ran(): void {
    const { isReady, problem = 'the program could not be run' } = this.#workers.finish('runner')
    this.#tell({ type: 'acted', step: 'run', problem: isReady ? undefined : problem })
  }

  /** What the stores gave is given back, for which there are some seconds; then nothing else matters. */
  #end({ status, givesBack }: Extract<SidecarAction, { type: 'end' }>): void {
    this.#ending = status
    if (givesBack && this.#workers.startCloser(givesBack)) return
    endAs(this.#setup.libc, status)
  }
}

function hasTerminal(): boolean {
  using terminal = Terminal.open()
  return terminal !== undefined
}
