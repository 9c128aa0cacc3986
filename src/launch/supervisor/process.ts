/** Carries out what supervisor.ts decides: processes, timers, signals. */

import type { Libc } from '../../core/libc.ts'
import { log } from '../../core/log.ts'
import { Children } from '../children.ts'
import type { Laid } from '../execute.ts'
import type { Lease } from '../leases.ts'
import { type Caught, catchSignals } from '../signal-pipe.ts'
import { hasSignal } from '../signals.ts'
import { endAs, type Status } from '../status.ts'
import { stayAlive, Timers } from '../timers.ts'
import { type Region, trim } from '../trim.ts'
import { waitForChildren } from './drain.ts'
import type { Action, TimerName, WatchEvent } from './events.ts'
import { Gate } from './gate.ts'
import { type Grant, Grants } from './grants.ts'
import type { Policy } from './policy.ts'
import { Supervisor } from './supervisor.ts'
import { Terminal } from './terminal.ts'
import { type Running, type Start, type WorkerRole, Workers } from './workers.ts'

export interface Place {
  readonly libc: Libc
  readonly descriptors: readonly number[] // that a program started here gets beside its own
  readonly ignored: bigint // signals that the caller ignores
  readonly isMasking: boolean // what the command wrote last may still be under way when it has ended
  readonly unchanged: readonly Region[] // of memory
  layOut(children: Children, role: WorkerRole, start: Start): Laid
}

const [SIGKILL, SIGCHLD, SIGCONT, SIGSTOP] = [9, 17, 18, 19]
/** From the command's start, or a poll's end, until there is nothing left to do. */
const QUIET_AFTER_MS = 500

interface Resolver extends Running {
  readonly grant: Grant
}

interface Command {
  readonly pid: number
  isStopped: boolean
}

export class SupervisorProcess {
  readonly #libc: Libc
  readonly #place: Place
  readonly #policy: Policy
  readonly #supervisor: Supervisor
  readonly #children: Children
  readonly #workers: Workers
  readonly #grants: Grants
  readonly #gate: Gate
  readonly #terminal: Terminal
  readonly #timers = new Timers<TimerName>()

  #resolver: Resolver | undefined
  #poller: Running | undefined
  #command: Command | undefined
  #grant: Grant | undefined // of the command that runs, or ran last
  #isEnding = false

  constructor(place: Place, policy: Policy) {
    const { libc, descriptors } = place
    this.#libc = libc
    this.#place = place
    this.#policy = policy
    this.#supervisor = new Supervisor(policy)
    this.#children = new Children(libc)
    this.#terminal = new Terminal(libc)
    this.#gate = new Gate(libc)
    const layOut = (role: WorkerRole, start: Start) => place.layOut(this.#children, role, start)
    this.#workers = new Workers(libc, this.#children, descriptors, layOut)
    this.#grants = new Grants(libc, this.#workers)
  }

  /** From here on events do everything; the process ends as the command does. */
  begin(): void {
    // Before the first child: one that ends at once would go unnoticed.
    catchSignals(this.#libc, caught => this.#caught(caught))
    stayAlive()
    this.#tell({ type: 'begin' })
  }

  #tell(event: WatchEvent): void {
    if (this.#isEnding) return
    for (const action of this.#supervisor.on(event)) this.#perform(action)
  }

  #perform(action: Action): void {
    if (action.type === 'resolve') this.#startResolver()
    else if (action.type === 'poll') this.#startPoller(action.leases)
    else if (action.type === 'go') this.#go()
    else if (action.type === 'kill') this.#kill(action.whom, action.signal)
    else if (action.type === 'timer') this.#setTimer(action.name, action.ms)
    else if (action.type === 'cancel') this.#timers.cancel(action.name)
    else if (action.type === 'log') log(action.level, action.text)
    else this.#end(action.status)
  }

  #setTimer(name: TimerName, ms: number): void {
    this.#timers.set(name, ms, () => this.#tell({ type: 'timer', name }))
  }

  #startResolver(): void {
    const grant = this.#grants.create()
    const [tokens, others] = [grant.tokens, this.#grant?.tokens]
    const running = this.#gate.build(gate => this.#workers.start('resolver', { gate, tokens, others }))
    const resolver = Object.assign(running, { grant })
    this.#resolver = resolver
    const isOver = () => resolver.isReady || resolver !== this.#resolver
    this.#workers.limit('resolver', resolver, this.#policy.deadlineMs, isOver)
  }

  #startPoller(leases: readonly Lease[]): void {
    if (this.#poller || !this.#grant) return
    const poller = this.#workers.start('poller', { tokens: this.#grant.tokens, leases })
    this.#poller = poller
    this.#workers.limit('poller', poller, this.#policy.deadlineMs, () => poller !== this.#poller)
  }

  #go(): void {
    if (!this.#resolver) return
    const { pid, grant } = this.#resolver
    const before = this.#grant
    this.#command = { pid, isStopped: false }
    this.#grant = grant
    this.#resolver = undefined
    this.#gate.open()
    this.#grants.close(before, grant)
    this.#trimSoon()
  }

  #trimSoon(): void {
    setTimeout(() => trim(this.#libc, this.#place.unchanged), QUIET_AFTER_MS).unref()
  }

  #kill(whom: 'command' | 'resolver', signal: number): void {
    const target = whom === 'command' ? this.#command : this.#resolver
    if (!target) return
    this.#children.kill(target.pid, signal)
    // One that is stopped would find out only when it is continued.
    if (this.#command?.isStopped && whom === 'command') this.#children.kill(target.pid, SIGCONT)
  }

  /** Something has happened to a child, or one wants to be looked at. */
  #look(): void {
    for (const change of this.#children.collect()) {
      if ('ended' in change) this.#ended(change.pid, change.ended)
      else if (change.pid !== this.#command?.pid) continue
      else this.#command.isStopped = 'stopped' in change
      // The shell that started us waits for us, not for the command.
      if ('stopped' in change && this.#terminal.stopsJob(change.stopped))
        this.#children.kill(process.pid, SIGSTOP)
    }
    if (!this.#resolver || this.#resolver.isReady) return
    const report = this.#workers.read('resolver')
    this.#resolver.isReady = report.isReady
    this.#resolver.grant.leases = report.leases
    if (report.isReady) this.#tell({ type: 'ready', ...report })
  }

  #ended(pid: number, status: Status): void {
    if (this.#grants.ended(pid)) return
    if (pid === this.#command?.pid) {
      this.#command = undefined
      this.#tell({ type: 'ended', status })
    } else if (pid === this.#resolver?.pid) {
      const { grant } = this.#resolver
      this.#resolver = undefined
      this.#gate.close()
      this.#grants.close(grant, this.#grant)
      this.#tell({ type: 'failed', status })
    } else if (pid === this.#poller?.pid) {
      this.#poller = undefined
      this.#polled()
    }
  }

  #polled(): void {
    this.#trimSoon()
    const {
      isReady,
      problem = 'the secrets could not be looked at',
      ...report
    } = this.#workers.read('poller')
    const type = isReady ? 'polled' : 'unpolled'
    this.#tell({ type, problem, ...report })
  }

  #caught(caught: Caught): void {
    const { signal, sender } = caught
    if (signal === SIGCHLD) this.#look()
    else if (signal === SIGCONT) this.#continue()
    else if (sender === process.pid || this.#isIgnored(signal))
      return // our own: SIGPIPE, as nobody reads our lines
    else this.#tell({ type: 'signal', signal, hasReached: this.#terminal.hasSent(caught) })
  }

  #isIgnored(signal: number): boolean {
    return !this.#command && hasSignal(this.#place.ignored, signal)
  }

  /** `fg` continues the whole group, `kill -CONT` only us. */
  #continue(): void {
    this.#look()
    if (this.#command?.isStopped) this.#children.kill(this.#command.pid, SIGCONT)
  }

  /** What the stores gave is given back, for which there are some seconds; then nothing else matters. */
  #end(status: Status): void {
    this.#isEnding = true
    if (this.#poller) this.#children.kill(this.#poller.pid, SIGKILL)
    if (this.#resolver) this.#grants.close(this.#resolver.grant, this.#grant)
    this.#grants.close(this.#grant)
    this.#grants.whenAllClosed(() => {
      if (this.#place.isMasking) waitForChildren(this.#libc)
      endAs(this.#libc, status)
    })
  }
}
