/** Carries out what supervisor.ts decides: processes, timers, signals. */
import type { Libc } from '../../core/libc.ts'
import { log } from '../../core/log.ts'
import { Children } from '../children.ts'
import type { Lease } from '../leases.ts'
import type { Resident } from '../resident.ts'
import { type Caught, catchSignals } from '../signal-pipe.ts'
import { hasSignal } from '../signals.ts'
import { endAs, type Status } from '../status.ts'
import { stayAlive, Timers } from '../timers.ts'
import { Trimmer } from '../trim.ts'
import { NOT_STARTED } from '../worker.ts'
import { waitForChildren } from './drain.ts'
import { meansEnd } from './ending.ts'
import type { Action, TimerName, WatchEvent } from './events.ts'
import { type Grant, Grants } from './grants.ts'
import { Job } from './job.ts'
import type { Policy } from './policy.ts'
import { Poller } from './poller.ts'
import { Resolver } from './resolver.ts'
import { Supervisor } from './supervisor.ts'
import { Terminal } from './terminal.ts'
import { type WorkerRole, Workers } from './workers.ts'

export interface SupervisorSetup extends Resident<WorkerRole> {
  readonly isMasking: boolean // what the command wrote last may still be under way when it has ended
}

const [SIGKILL, SIGCHLD, SIGCONT, SIGTSTP] = [9, 17, 18, 20]

export class SupervisorProcess {
  readonly #libc: Libc
  readonly #setup: SupervisorSetup
  readonly #supervisor: Supervisor
  readonly #children: Children
  readonly #grants: Grants
  readonly #resolver: Resolver
  readonly #poller: Poller
  readonly #terminal: Terminal
  readonly #job: Job
  readonly #trimmer: Trimmer
  readonly #timers = new Timers<TimerName>(name => this.#tell({ type: 'timer', name }))

  #grant: Grant | undefined // of the command that runs, or ran last
  #isEnding = false

  constructor(setup: SupervisorSetup, policy: Policy) {
    const { libc, unchanged } = setup
    this.#libc = libc
    this.#setup = setup
    this.#supervisor = new Supervisor(policy)
    this.#children = new Children(libc)
    const workers = new Workers(setup, this.#children, policy.deadlineMs)
    this.#grants = new Grants(libc, workers)
    this.#resolver = new Resolver(libc, workers, this.#grants)
    this.#poller = new Poller(workers)
    this.#terminal = new Terminal(libc)
    this.#job = new Job(this.#children, this.#terminal)
    this.#trimmer = new Trimmer(libc, unchanged)
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
    if (action.type === 'resolve') this.#resolve()
    else if (action.type === 'poll') this.#poll(action.leases)
    else if (action.type === 'go') this.#go()
    else if (action.type === 'kill') this.#kill(action.whom, action.signal)
    else if (action.type === 'timer') this.#timers.set(action.name, action.ms)
    else if (action.type === 'cancel') this.#timers.cancel(action.name)
    else if (action.type === 'log') log(action.level, action.text)
    else this.#end(action.status)
  }

  #resolve(): void {
    if (!this.#resolver.start(this.#grant)) setImmediate(() => this.#failed(NOT_STARTED))
  }

  #poll(leases: readonly Lease[]): void {
    if (!this.#grant || this.#poller.pid !== undefined) return
    if (!this.#poller.start(this.#grant.tokens, leases)) setImmediate(() => this.#polled())
  }

  #go(): void {
    const run = this.#resolver.becomeCommand()
    if (!run) return
    this.#job.begin(run.pid)
    this.#grants.close(this.#grant, run.grant)
    this.#grant = run.grant
    this.#trimmer.soon()
  }

  #kill(whom: 'command' | 'resolver', signal: number): void {
    if (whom === 'command') this.#job.kill(signal)
    else this.#resolver.kill(signal)
  }

  #caught(caught: Caught): void {
    const { signal, sender } = caught
    if (signal === SIGCHLD) this.#look()
    else if (signal === SIGCONT) this.#continue()
    else if (sender === process.pid || this.#isIgnored(signal))
      return // our own: SIGPIPE, as nobody reads our lines
    else if (signal === SIGTSTP && this.#job.pid === undefined) this.#terminal.stop(signal)
    else this.#signalled(caught)
  }

  #signalled(caught: Caught): void {
    const hasReached = this.#terminal.hasSent(caught)
    const isEnd = meansEnd(caught, this.#setup.ignored)
    this.#tell({ type: 'signal', signal: caught.signal, hasReached, isEnd })
  }

  #isIgnored(signal: number): boolean {
    return this.#job.pid === undefined && hasSignal(this.#setup.ignored, signal)
  }

  /** `fg` continues the whole group, `kill -CONT` only us. */
  #continue(): void {
    this.#look()
    this.#job.continue()
    this.#resolver.kill(SIGCONT)
  }

  /** Something has happened to a child, or one wants to be looked at. */
  #look(): void {
    for (const change of this.#children.collect()) {
      if ('ended' in change) this.#ended(change.pid, change.ended)
      else if (change.pid === this.#job.pid) this.#job.follow(change)
    }
    const report = this.#resolver.takeReport()
    if (report) this.#tell({ type: 'ready', ...report })
  }

  #ended(pid: number, status: Status): void {
    if (this.#grants.ended(pid)) return
    if (pid === this.#job.pid) {
      this.#job.end()
      this.#tell({ type: 'ended', status })
    } else if (pid === this.#resolver.pid) {
      this.#failed(status)
    } else if (pid === this.#poller.pid) this.#polled()
  }

  #failed(status: Status): void {
    this.#grants.close(this.#resolver.fail(), this.#grant)
    this.#tell({ type: 'failed', status })
  }

  #polled(): void {
    this.#trimmer.soon()
    this.#tell(this.#poller.finish())
  }

  /** What the stores gave is given back, for which there are some seconds; then nothing else matters. */
  #end(status: Status): void {
    this.#isEnding = true
    this.#poller.kill(SIGKILL)
    this.#grants.close(this.#resolver.grant, this.#grant)
    this.#grants.close(this.#grant)
    this.#grants.whenAllClosed(() => {
      if (this.#setup.isMasking) waitForChildren(this.#libc)
      endAs(this.#libc, status)
    })
  }
}
