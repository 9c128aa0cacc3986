/** Carries out what sidecar.ts decides: processes, timers, signals, the listener. */

import { type Libc, systemCalls } from '../../core/libc.ts'
import { log } from '../../core/log.ts'
import { Children } from '../children.ts'
import type { Laid } from '../execute.ts'
import { createMemoryFile } from '../memory-file.ts'
import { hasSignal, signalNumber } from '../signals.ts'
import { endAs, type Status } from '../status.ts'
import { stayAlive, Timers } from '../timers.ts'
import { collectGarbage, type Region, trim } from '../trim.ts'
import type { SidecarAction, SidecarEvent, TimerName } from './events.ts'
import type { Listener } from './listener.ts'
import { sendByPidFile } from './pid-file.ts'
import type { SidecarPolicy, Step } from './policy.ts'
import { formatAsk, NO_ASK, parseFound } from './report.ts'
import { Sidecar } from './sidecar.ts'
import { Standing } from './standing.ts'
import { Worker } from './worker.ts'

export interface Place {
  readonly libc: Libc
  readonly descriptors: readonly number[] // that a program started here gets beside its own
  readonly ignored: bigint // signals that the caller ignores
  readonly unchanged: readonly Region[] // of memory
  /** @param tokens - descriptor of the memory file with tokens of our own log-ins, which nobody reads here. */
  layOut(children: Children, role: SidecarRole, report: number, tokens: number): Laid
  /** Removes what was written and is still as it was written: path → mark. */
  cleanUp(files: ReadonlyMap<string, string>): void
}

export type SidecarRole = 'looker' | 'runner' | 'closer'

/** From a look's end, or an answer, until there is nothing left to do. */
const QUIET_AFTER_MS = 500
const ON_SIGNAL = { SIGHUP: 'look', SIGINT: 'leave', SIGTERM: 'leave' } as const
/** A closer gives up by itself before that. */
const CLOSE_MS = 3_000
const SEEK_END = 2
const FAILED: Status = { code: 1 }

export class SidecarProcess {
  readonly #place: Place
  readonly #policy: SidecarPolicy
  readonly #standing: Standing
  readonly #sidecar: Sidecar
  readonly #children: Children
  readonly #timers = new Timers<TimerName>()
  readonly #looker: Worker
  readonly #runner: Worker
  readonly #closer: Worker
  readonly #tokens: number
  #listener: Listener | undefined
  #trimming: NodeJS.Timeout | undefined
  #ending: Status | undefined

  constructor(place: Place, policy: SidecarPolicy) {
    const { libc, descriptors } = place
    this.#place = place
    this.#policy = policy
    this.#standing = new Standing(policy.staleMs)
    this.#sidecar = new Sidecar(policy, this.#standing)
    this.#children = new Children(libc)
    this.#tokens = createMemoryFile(libc)
    const worker = (role: SidecarRole, name: string, deadlineMs: number, others: readonly number[]) =>
      new Worker(libc, this.#children, {
        name,
        deadlineMs,
        descriptors: [...descriptors, ...others],
        layOut: report => place.layOut(this.#children, role, report, others[0] ?? -1),
      })
    this.#looker = worker('looker', 'look', policy.lookMs, [this.#tokens])
    this.#runner = worker('runner', 'program', policy.runMs, [])
    this.#closer = worker('closer', 'closer', CLOSE_MS, [this.#tokens])
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
    if (hasSignal(this.#place.ignored, number)) return // by the caller, as nohup does
    process.on(name, () => this.#tell({ type }))
  }

  /** Loaded when asked for: it takes 5 MiB. */
  async #open(listen: NonNullable<SidecarPolicy['listen']>): Promise<void> {
    const { openStandingListener } = await import('./probes.ts')
    this.#listener = await openStandingListener(listen, this.#standing, () => this.#trimSoon())
    log('info', `listening on ${this.#listener.address}`)
  }

  #tell(event: SidecarEvent): void {
    if (this.#ending) return
    for (const action of this.#sidecar.on(event)) this.#perform(action)
  }

  #perform(action: SidecarAction): void {
    if (action.type === 'look') this.#look(action)
    else if (action.type === 'act') this.#act(action.step, action.schemes)
    else if (action.type === 'kill')
      (action.whom === 'look' ? this.#looker : this.#runner).kill(action.signal)
    else if (action.type === 'timer') this.#setTimer(action.name, action.ms)
    else if (action.type === 'cancel') this.#timers.cancel(action.name)
    else if (action.type === 'log') log(action.level, action.text)
    else if (action.type === 'close') this.#listener?.close()
    else if (action.type === 'cleanup') this.#place.cleanUp(action.files)
    else this.#end(action)
  }

  #setTimer(name: TimerName, ms: number): void {
    this.#timers.set(name, ms, () => this.#tell({ type: 'timer', name }))
  }

  #trimSoon(): void {
    this.#trimming ??= setTimeout(() => {
      this.#trimming = undefined
      collectGarbage()
      trim(this.#place.libc, this.#place.unchanged)
    }, QUIET_AFTER_MS).unref()
  }

  #look({ ask }: Extract<SidecarAction, { type: 'look' }>): void {
    if (!this.#looker.start(formatAsk(ask))) setImmediate(() => this.#looked(FAILED))
  }

  #act(step: Step, schemes: readonly string[]): void {
    if (step === 'signal') {
      const { target } = this.#policy
      const problem = target && sendByPidFile(this.#place.libc, target)
      setImmediate(() => this.#tell({ type: 'acted', step, problem }))
      return
    }
    if (!this.#runner.start(formatAsk({ ...NO_ASK, schemes }))) setImmediate(() => this.#ran())
  }

  /** Something has happened to a child; orphans are reaped, too. */
  #collect(): void {
    for (const change of this.#children.collect()) {
      if (!('ended' in change)) continue
      if (change.pid === this.#looker.pid) this.#looked(change.ended)
      else if (change.pid === this.#runner.pid) this.#ran()
      else if (change.pid === this.#closer.pid && this.#ending) endAs(this.#place.libc, this.#ending)
    }
  }

  #looked(status: Status): void {
    this.#trimSoon()
    this.#tell({ type: 'looked', found: parseFound(this.#looker.finish()), status })
  }

  #ran(): void {
    const { isReady, problem } = parseFound(this.#runner.finish())
    const reason = isReady ? undefined : (problem ?? 'the program could not be run')
    this.#tell({ type: 'acted', step: 'run', problem: reason })
  }

  /** What the stores gave is given back, for which there are some seconds; then nothing else matters. */
  #end({ status, givesBack }: Extract<SidecarAction, { type: 'end' }>): void {
    this.#ending = status
    const isNeeded = givesBack && (givesBack.some(({ id }) => id !== undefined) || this.#hasTokens())
    if (isNeeded && this.#closer.start(formatAsk({ ...NO_ASK, leases: givesBack }))) return
    endAs(this.#place.libc, status)
  }

  /** Asks for the size of the file, not for what is in it. */
  #hasTokens(): boolean {
    return this.#place.libc.call(systemCalls().lseek, this.#tokens, 0, SEEK_END) > 0
  }
}
