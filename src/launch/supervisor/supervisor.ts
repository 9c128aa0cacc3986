/**
 * One command over time: start, change, restart, back off, end. Events come in, actions go out; process.ts carries
 * them out. It knows marks and process states, and has no way to a value.
 *
 * A new resolver reads everything while the old command still runs, and waits at its gate until that one has
 * ended. So a store that is away stops nothing, and the command is away for as short as can be.
 */
import { backOff } from '../backoff.ts'
import type { Lease } from '../leases.ts'
import type { Marks } from '../marks.ts'
import { describeStatus, type Status } from '../status.ts'
import { seconds } from '../words.ts'
import type { Action, Found, Signal, TimerName, WatchEvent } from './events.ts'
import { type Looked, Looks } from './looks.ts'
import type { Policy } from './policy.ts'

const [SIGHUP, SIGKILL] = [1, 9]
/** A command that ran for this long is no crash loop. */
const STEADY_MS = 60_000

type Actions = readonly Action[]

interface Ready extends Found {
  readonly leases: readonly Lease[]
  readonly since: number
}

export class Supervisor {
  readonly #policy: Policy
  readonly #now: () => number // milliseconds, never backwards
  readonly #looks: Looks

  #commandSince: number | undefined // while it runs
  #next: 'reading' | Ready | 'dropped' | undefined // the resolver under way
  #seen: Marks = new Map() // by the last poll that found a change
  #hasRun = false
  #isStopping = false // the command was told to end
  #isLeaving = false // so will the program
  #isChangePending = false
  #failedReads = 0
  #crashes = 0

  constructor(policy: Policy, now: () => number = () => performance.now()) {
    this.#policy = policy
    this.#now = now
    this.#looks = new Looks(policy, now)
  }

  /** @returns what is to be done, in this order. */
  on(event: WatchEvent): Actions {
    if (event.type === 'begin') return this.#resolve()
    if (event.type === 'ready') return this.#ready(event, event.leases)
    if (event.type === 'failed') return this.#failed(event.status)
    if (event.type === 'ended') return this.#ended(event.status)
    if (event.type === 'signal') return this.#signalled(event)
    if (event.type === 'timer') return this.#timeIsUp(event.name)
    if (!this.#isRunning) return []
    if (event.type === 'unpolled') return this.#looks.unpolled(event.problem, event.renewed)
    return this.#looked(this.#looks.polled(event, event.renewed), event.marks)
  }

  get #isRunning(): boolean {
    return this.#commandSince !== undefined
  }

  #resolve(): Actions {
    if (this.#next) return []
    this.#next = 'reading'
    return [{ type: 'cancel', name: 'again' }, { type: 'resolve' }]
  }

  #ready({ marks, lives }: Found, leases: readonly Lease[]): Actions {
    if (this.#next !== 'reading') return []
    const ready = { marks, lives, leases, since: this.#now() }
    this.#next = ready
    this.#failedReads = 0
    return this.#isRunning ? this.#stop() : this.#go(ready)
  }

  #go(ready: Ready): Actions {
    this.#next = undefined
    this.#hasRun = true
    this.#isChangePending = false
    this.#commandSince = this.#now()
    const look = this.#looks.begin(ready, ready.leases, ready.since)
    return [{ type: 'cancel', name: 'change' }, { type: 'go' }, look]
  }

  #stop(): Actions {
    if (this.#isStopping) return []
    this.#isStopping = true
    const { stopSignal, stopTimeoutMs } = this.#policy
    return [
      { type: 'kill', whom: 'command', signal: stopSignal },
      { type: 'timer', name: 'stop', ms: stopTimeoutMs },
    ]
  }

  #drop(): Actions {
    if (!this.#next) return []
    this.#next = 'dropped'
    return [{ type: 'kill', whom: 'resolver', signal: SIGKILL }]
  }

  #failed(status: Status): Actions {
    const wasDropped = this.#next === 'dropped'
    this.#next = undefined
    if (wasDropped || (this.#isLeaving && this.#isRunning)) return []
    if (!this.#hasRun || this.#isLeaving) return [{ type: 'end', status }]
    const ms = backOff(this.#failedReads++, this.#policy.retry)
    const meanwhile = this.#isRunning ? 'the command keeps running with what it has' : 'the command waits'
    const text = `no restart, as not all secrets could be read: ${meanwhile}; next try in ${seconds(ms)}`
    return [
      { type: 'log', level: 'warn', text },
      { type: 'timer', name: 'again', ms },
    ]
  }

  #ended(status: Status): Actions {
    const ranMs = this.#now() - (this.#commandSince ?? 0)
    const wasStopped = this.#isStopping
    this.#commandSince = undefined
    this.#isStopping = false
    if (this.#isLeaving || (!wasStopped && !this.#policy.restartOnExit)) {
      return [...this.#drop(), { type: 'end', status }]
    }
    const over: Actions = (['stop', 'poll'] as const).map(name => ({ type: 'cancel', name }))
    if (!wasStopped) return [...over, ...this.#startAgain(status, ranMs)]
    return [...over, ...(typeof this.#next === 'object' ? this.#go(this.#next) : this.#resolve())]
  }

  #startAgain(status: Status, ranMs: number): Actions {
    if (ranMs >= STEADY_MS) this.#crashes = 0
    const ms = backOff(this.#crashes++, this.#policy.retry)
    const text = `the command ended with ${describeStatus(status)}: it starts again in ${seconds(ms)}`
    return [{ type: 'log', level: 'warn', text }, ...this.#drop(), { type: 'timer', name: 'again', ms }]
  }

  #looked({ actions, text, isUrgent = false }: Looked, marks: Marks): Actions {
    const isBusy = this.#isChangePending || this.#next || this.#isStopping || this.#isLeaving
    if (text === undefined || isBusy) return actions
    const log: Action = { type: 'log', level: 'info', text }
    const { onChange, debounceMs, splayMs, random } = this.#policy
    this.#seen = marks
    if (onChange === 'none') this.#looks.accept(marks)
    if (onChange === 'none') return [...actions, log]
    this.#isChangePending = true
    const ms = isUrgent ? 0 : debounceMs + random() * splayMs
    return [...actions, log, { type: 'timer', name: 'change', ms }]
  }

  #react(): Actions {
    this.#isChangePending = false
    const { onChange } = this.#policy
    if (!this.#isRunning || this.#isLeaving || onChange === 'none') return []
    if (onChange === 'restart') return this.#resolve()
    if (onChange === 'exit') {
      this.#isLeaving = true
      return this.#stop()
    }
    this.#looks.accept(this.#seen)
    return [{ type: 'kill', whom: 'command', signal: onChange.signal }]
  }

  #timeIsUp(name: TimerName): Actions {
    if (name === 'poll') return [{ type: 'poll', leases: this.#looks.ask() }]
    if (name === 'change') return this.#react()
    if (name === 'again') return this.#resolve()
    const text = `the command did not end within ${seconds(this.#policy.stopTimeoutMs)}: it is killed`
    return [
      { type: 'log', level: 'warn', text },
      { type: 'kill', whom: 'command', signal: SIGKILL },
    ]
  }

  #signalled({ signal, hasReached, isEnd }: Signal): Actions {
    if (isEnd) this.#isLeaving = true
    if (!this.#isRunning) return this.#isLeaving || signal === SIGHUP ? this.#leave(signal, hasReached) : []
    const passed: Actions = hasReached ? [] : [{ type: 'kill', whom: 'command', signal }]
    return this.#isLeaving ? [...passed, ...this.#drop()] : passed
  }

  /** There is no command that could end. */
  #leave(signal: number, hasReached: boolean): Actions {
    this.#isLeaving = true
    if (!this.#next) return [{ type: 'end', status: { signal } }]
    return hasReached ? [] : [{ type: 'kill', whom: 'resolver', signal }]
  }
}
