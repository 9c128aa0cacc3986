/** Carries out what supervise.ts decides: processes, timers, signals. */
import { type Libc, systemCalls } from '../core/libc.ts'
import { log, writeAll } from '../core/log.ts'
import { Children } from './children.ts'
import type { Action, TimerName } from './events.ts'
import type { Laid } from './execute.ts'
import { createMemoryFile, emptyMemoryFile, readMemoryFile } from './memory-file.ts'
import type { Policy } from './policy.ts'
import { formatReport, type Lease, parseReport, type Report } from './report.ts'
import { endAs, FORWARDED, type Status, signalNumber, Terminal } from './signals.ts'
import { Supervisor } from './supervise.ts'
import { type Region, trim } from './trim.ts'

/** What a resolver or a poller is started with. */
export interface Start {
  readonly report: number // descriptor of a memory file that it may write
  readonly gate?: number // descriptor of a pipe: a byte lets it become the command
}

export interface Place {
  readonly libc: Libc
  readonly descriptors: readonly number[] // that a program started here gets beside its own
  readonly ignored: bigint // signals that the caller ignores
  readonly unchanged: readonly Region[] // of memory
  layOut(children: Children, role: 'resolver' | 'poller', start: Start): Laid
}

const [SIGKILL, SIGCONT, SIGCHLD, SIGSTOP] = [9, 18, 17, 19]
/** What a terminal stops a job with: SIGTSTP, SIGTTIN, SIGTTOU. */
const OF_JOBS: readonly number[] = [20, 21, 22]
const F_SETFD = 2
const FD_CLOEXEC = 1
const O_CLOEXEC = 0o2000000
/** From the command's start, or a poll's end, until there is nothing left to do. */
const QUIET_AFTER_MS = 500
const FOREVER_MS = 2 ** 31 - 1

interface Running {
  readonly pid: number
  isReady: boolean
}

export class Attendant {
  readonly #libc: Libc
  readonly #place: Place
  readonly #policy: Policy
  readonly #supervisor: Supervisor
  readonly #children: Children
  readonly #terminal: Terminal
  readonly #timers = new Map<TimerName, NodeJS.Timeout>()
  readonly #reports: { readonly resolver: number; readonly poller: number }
  readonly #laid: { readonly resolver: Laid; readonly poller: Laid }
  readonly #pipe = new Int32Array(2)
  readonly #pipeAddress: number
  readonly #gate: number // the number that each resolver's gate has
  #opener = -1 // the other end of the present gate

  #resolver: Running | undefined
  #poller: Running | undefined
  #command: { readonly pid: number; isStopped: boolean } | undefined

  constructor(place: Place, policy: Policy) {
    const { libc } = place
    this.#libc = libc
    this.#place = place
    this.#policy = policy
    this.#supervisor = new Supervisor(policy)
    this.#children = new Children(libc)
    this.#terminal = new Terminal(libc)
    this.#pipeAddress = libc.addressOf(this.#pipe)
    this.#reports = { resolver: createMemoryFile(libc), poller: createMemoryFile(libc) }
    this.#gate = createMemoryFile(libc)
    this.#laid = {
      resolver: place.layOut(this.#children, 'resolver', {
        report: this.#reports.resolver,
        gate: this.#gate,
      }),
      poller: place.layOut(this.#children, 'poller', { report: this.#reports.poller }),
    }
  }

  /** From here on events do everything; the process ends as the command does. */
  begin(): void {
    // Before the first child: one that ends at once would go unnoticed.
    process.on('SIGCHLD', () => this.#look())
    for (const name of FORWARDED) process.on(name, () => this.#passOn(name))
    process.on('SIGCONT', () => this.#continue())
    setInterval(() => {}, FOREVER_MS) // signals alone do not keep a runtime going
    this.#carryOut(this.#supervisor.on({ type: 'begin' }))
  }

  #carryOut(actions: readonly Action[]): void {
    for (const action of actions) this.#perform(action)
  }

  #perform(action: Action): void {
    if (action.type === 'resolve') this.#startResolver()
    else if (action.type === 'poll') this.#startPoller(action.leases)
    else if (action.type === 'go') this.#go()
    else if (action.type === 'kill') this.#kill(action.whom, action.signal)
    else if (action.type === 'timer') this.#setTimer(action.name, action.ms)
    else if (action.type === 'cancel') clearTimeout(this.#timers.get(action.name))
    else if (action.type === 'log') log(action.level, action.text)
    else this.#end(action.status)
  }

  #setTimer(name: TimerName, ms: number): void {
    clearTimeout(this.#timers.get(name))
    const act = () => this.#carryOut(this.#supervisor.on({ type: 'timer', name }))
    this.#timers.set(name, setTimeout(act, Math.min(ms, FOREVER_MS)))
  }

  #startResolver(): void {
    const { dup3, pipe2, close } = systemCalls()
    this.#libc.call(pipe2, this.#pipeAddress, O_CLOEXEC)
    const [gate = -1, opener = -1] = this.#pipe
    this.#libc.call(dup3, gate, this.#gate, 0)
    this.#libc.call(close, gate)
    this.#opener = opener
    this.#resolver = this.#start('resolver', this.#laid.resolver)
    this.#libc.call(dup3, this.#reports.resolver, this.#gate, O_CLOEXEC) // keeps the number
  }

  /** It finds in its report what it is to leave alone, and to renew. */
  #startPoller(leases: readonly Lease[]): void {
    if (!this.#poller) this.#poller = this.#start('poller', this.#laid.poller, leases)
  }

  #start(role: 'resolver' | 'poller', laid: Laid, leases: readonly Lease[] = []): Running {
    const report = this.#reports[role]
    emptyMemoryFile(this.#libc, report)
    if (leases.length > 0) writeAll(report, formatReport(leases.map(lease => ({ event: 'lease', ...lease }))))
    this.#inherit([...this.#place.descriptors, report], true)
    const pid = this.#children.start(laid)
    this.#inherit([...this.#place.descriptors, report], false)
    const running: Running = { pid, isReady: false }
    const overdue = () => {
      if (running.isReady || (running !== this.#resolver && running !== this.#poller)) return
      log('warn', `the ${role} did not end in time: it is killed`)
      this.#children.kill(pid, SIGKILL)
    }
    setTimeout(overdue, this.#policy.deadlineMs).unref()
    return running
  }

  #inherit(descriptors: readonly number[], isPassedOn: boolean): void {
    for (const descriptor of descriptors)
      this.#libc.call(systemCalls().fcntl, descriptor, F_SETFD, isPassedOn ? 0 : FD_CLOEXEC)
  }

  #go(): void {
    if (!this.#resolver) return
    this.#command = { pid: this.#resolver.pid, isStopped: false }
    this.#resolver = undefined
    this.#libc.call(systemCalls().write, this.#opener, this.#pipeAddress, 1)
    this.#closeOpener()
    this.#trimSoon()
  }

  #trimSoon(): void {
    setTimeout(() => trim(this.#libc, this.#place.unchanged), QUIET_AFTER_MS).unref()
  }

  #closeOpener(): void {
    this.#libc.call(systemCalls().close, this.#opener)
    this.#opener = -1
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
      if ('stopped' in change && OF_JOBS.includes(change.stopped)) this.#stopToo()
    }
    if (!this.#resolver || this.#resolver.isReady) return
    const report = this.#read('resolver')
    this.#resolver.isReady = report.isReady
    if (report.isReady) this.#carryOut(this.#supervisor.on({ type: 'ready', ...report }))
  }

  #ended(pid: number, status: Status): void {
    if (pid === this.#command?.pid) {
      this.#command = undefined
      this.#carryOut(this.#supervisor.on({ type: 'ended', status }))
    } else if (pid === this.#resolver?.pid) {
      this.#resolver = undefined
      this.#closeOpener()
      this.#carryOut(this.#supervisor.on({ type: 'failed', status }))
    } else if (pid === this.#poller?.pid) {
      this.#poller = undefined
      this.#polled()
    }
  }

  #polled(): void {
    this.#trimSoon()
    const { isReady, problem = 'the secrets could not be looked at', ...report } = this.#read('poller')
    const type = isReady ? 'polled' : 'unpolled'
    this.#carryOut(this.#supervisor.on({ type, problem, ...report }))
  }

  #read(role: 'resolver' | 'poller'): Report {
    return parseReport(new TextDecoder().decode(readMemoryFile(this.#libc, this.#reports[role])))
  }

  /** The shell that started us waits for us, not for the command. */
  #stopToo(): void {
    if (this.#terminal.isForeground()) this.#children.kill(process.pid, SIGSTOP)
  }

  #passOn(name: (typeof FORWARDED)[number]): void {
    const signal = signalNumber(name) ?? SIGCHLD
    if (!this.#command && (this.#place.ignored >> BigInt(signal - 1)) & 1n) return
    const hasReached = this.#terminal.sent(name)
    this.#carryOut(this.#supervisor.on({ type: 'signal', signal, hasReached }))
  }

  /** `fg` continues the whole group, `kill -CONT` only us. */
  #continue(): void {
    this.#look()
    if (this.#command?.isStopped) this.#children.kill(this.#command.pid, SIGCONT)
  }

  #end(status: Status): void {
    if (this.#poller) this.#children.kill(this.#poller.pid, SIGKILL)
    endAs(this.#libc, status)
  }
}
