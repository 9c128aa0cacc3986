/**
 * One command over time: start, change, restart, back off, end. Events come in, actions go out; process.ts carries
 * them out. It knows marks and process states, and has no way to a value.
 *
 * A new resolver reads everything while the old command still runs, and waits at its gate until that one has
 * ended. So a store that is away stops nothing, and the command is away for as short as can be.
 */
import { Backoff } from '../backoff.ts'
import type { Lease } from '../leases.ts'
import { isSame, type Marks } from '../marks.ts'
import { describeStatus, type Status } from '../status.ts'
import { seconds } from '../words.ts'
import type { Action, Found, Signal, TimerName, WatchEvent } from './events.ts'
import { type Looked, Looks } from './looks.ts'
import { NextRun } from './next-run.ts'
import type { Policy } from './policy.ts'
import { Reaction } from './reaction.ts'

const [SIGHUP, SIGKILL] = [1, 9]
/** A command that ran for this long is no crash loop. */
const STEADY_MS = 60_000

type Actions = readonly Action[]

export class Supervisor {
  readonly #policy: Policy
  readonly #now: () => number // milliseconds, never backwards
  readonly #looks: Looks
  readonly #reaction: Reaction
  readonly #next: NextRun
  readonly #crashes: Backoff

  #commandSince: number | undefined // while it runs
  #hasRun = false
  #isStopping = false // the command was told to end
  #isLeaving = false // so will the program
  #tried: Marks | undefined // of the change that a restart was tried for, until one works

  constructor(policy: Policy, now: () => number = () => performance.now()) {
    this.#policy = policy
    this.#now = now
    this.#looks = new Looks(policy, now)
    this.#reaction = new Reaction(policy)
    this.#next = new NextRun(policy.retry, now)
    this.#crashes = new Backoff(policy.retry)
  }

  /** @returns what is to be done, in this order. */
  on(event: WatchEvent): Actions {
    if (event.type === 'begin') return this.#next.read()
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

  #ready(found: Found, leases: readonly Lease[]): Actions {
    if (!this.#next.hold(found, leases)) return []
    return this.#isRunning ? this.#stop() : this.#go()
  }

  /** As soon as all is read. */
  #go(): Actions {
    const run = this.#next.take()
    if (!run) return this.#next.read()
    this.#hasRun = true
    this.#reaction.take()
    this.#tried = undefined
    this.#commandSince = this.#now()
    const look = this.#looks.begin(run, run.leases, run.since)
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

  #failed(status: Status): Actions {
    const ms = this.#next.fail()
    if (ms === undefined || (this.#isLeaving && this.#isRunning)) return []
    if (!this.#hasRun || this.#isLeaving) return [{ type: 'end', status }]
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
      return [...this.#next.drop(), { type: 'end', status }]
    }
    const over: Actions = (['stop', 'poll'] as const).map(name => ({ type: 'cancel', name }))
    if (!wasStopped) return [...over, ...this.#startAgain(status, ranMs)]
    return [...over, ...this.#go()]
  }

  #startAgain(status: Status, ranMs: number): Actions {
    if (ranMs >= STEADY_MS) this.#crashes.reset()
    const ms = this.#crashes.next()
    const text = `the command ended with ${describeStatus(status)}: it starts again in ${seconds(ms)}`
    return [{ type: 'log', level: 'warn', text }, ...this.#next.drop(), { type: 'timer', name: 'again', ms }]
  }

  #looked({ actions, text, isUrgent = false }: Looked, marks: Marks): Actions {
    const isBusy = this.#reaction.isPending || this.#next.isUnderWay || this.#isStopping || this.#isLeaving
    // What failed for this very change has its own time for the next try.
    const isTried = this.#tried !== undefined && isSame(marks, this.#tried)
    if (text === undefined || isBusy || isTried) return actions
    const told: Actions = [...actions, { type: 'log', level: 'info', text }]
    if (this.#policy.onChange !== 'none') return [...told, this.#reaction.plan(marks, isUrgent)]
    this.#looks.accept(marks)
    return told
  }

  #react(): Actions {
    const seen = this.#reaction.take()
    const { onChange } = this.#policy
    if (!seen || !this.#isRunning || this.#isLeaving || onChange === 'none') return []
    if (onChange === 'restart') return this.#restart(seen)
    if (onChange === 'exit') {
      this.#isLeaving = true
      return this.#stop()
    }
    this.#looks.accept(seen)
    return [{ type: 'kill', whom: 'command', signal: onChange.signal }]
  }

  #restart(seen: Marks): Actions {
    this.#tried = seen
    return this.#next.read()
  }

  #timeIsUp(name: TimerName): Actions {
    if (name === 'poll') return [{ type: 'poll', leases: this.#looks.ask() }]
    if (name === 'change') return this.#react()
    if (name === 'again') return this.#next.read()
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
    return this.#isLeaving ? [...passed, ...this.#next.drop()] : passed
  }

  /** There is no command that could end. */
  #leave(signal: number, hasReached: boolean): Actions {
    this.#isLeaving = true
    if (!this.#next.isUnderWay) return [{ type: 'end', status: { signal } }]
    return hasReached ? [] : [{ type: 'kill', whom: 'resolver', signal }]
  }
}
