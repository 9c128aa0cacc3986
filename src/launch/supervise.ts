/**
 * One command over time: start, change, restart, back off, end. Events come in, actions go out; attend.ts carries
 * them out. It knows marks and process states, and has no way to a value.
 *
 * A new resolver reads everything while the old command still runs, and waits at its gate until that one has
 * ended. So a store that is away stops nothing, and the command is away for as short as can be.
 */
import type { Action, Renewed, TimerName, WatchEvent } from './events.ts'
import { extendLeases, type HeldLease, holdLeases, isEnding, untilDue } from './leases.ts'
import { backOff, type Policy } from './policy.ts'
import { isSame, type Lease, type Marks } from './report.ts'
import type { Status } from './signals.ts'
import { describeStatus, listChanges, seconds } from './words.ts'

const [SIGHUP, SIGINT, SIGQUIT, SIGKILL, SIGTERM] = [1, 2, 3, 9, 15]
/** After one of these nothing is started any more. */
const LEAVING: readonly number[] = [SIGINT, SIGQUIT, SIGTERM]
/** A command that ran for this long is no crash loop. */
const STEADY_MS = 60_000
const PAUSE_MS = 500

type Actions = readonly Action[]

interface Command {
  readonly marks: Marks
  readonly leases: readonly HeldLease[]
  readonly since: number
}

export class Supervisor {
  readonly #policy: Policy
  readonly #now: () => number // milliseconds, never backwards

  #command: Command | undefined
  #next: 'reading' | 'ready' | 'dropped' | undefined // the resolver under way
  #nextMarks: Marks = new Map()
  #nextLeases: readonly HeldLease[] = []
  #asked: ReadonlySet<string | undefined> = new Set() // leases that the last poll was to renew
  #hasRun = false
  #isStopping = false // the command was told to end
  #isLeaving = false // so will the program
  #isChangePending = false
  #failedReads = 0
  #failedPolls = 0
  #crashes = 0
  #awaySince: number | undefined

  constructor(policy: Policy, now: () => number = () => performance.now()) {
    this.#policy = policy
    this.#now = now
  }

  /** @returns what is to be done, in this order. */
  on(event: WatchEvent): Actions {
    if (event.type === 'begin') return this.#resolve()
    if (event.type === 'ready') return this.#ready(event.marks, event.leases)
    if (event.type === 'failed') return this.#failed(event.status)
    if (event.type === 'ended') return this.#ended(event.status)
    if (event.type === 'polled') return this.#polled(event.marks, event.renewed)
    if (event.type === 'unpolled') return this.#unpolled(event.problem, event.renewed)
    if (event.type === 'signal') return this.#signalled(event.signal, event.hasReached)
    return this.#timeIsUp(event.name)
  }

  #resolve(): Actions {
    if (this.#next) return []
    this.#next = 'reading'
    return [{ type: 'cancel', name: 'again' }, { type: 'resolve' }]
  }

  #ready(marks: Marks, leases: readonly Lease[]): Actions {
    if (this.#next !== 'reading') return []
    this.#next = 'ready'
    this.#nextMarks = marks
    this.#nextLeases = holdLeases(leases, this.#now())
    this.#failedReads = 0
    return this.#command ? this.#stop() : this.#go()
  }

  #go(): Actions {
    this.#next = undefined
    this.#hasRun = true
    this.#isChangePending = false
    this.#command = { marks: this.#nextMarks, leases: this.#nextLeases, since: this.#now() }
    return [{ type: 'cancel', name: 'change' }, { type: 'go' }, this.#lookLater(this.#policy.intervalMs)]
  }

  /** After this time, or as soon as a lease is due. */
  #lookLater(ms: number): Action {
    const dueMs = untilDue(this.#command?.leases ?? [], this.#now())
    // A lease that could not be renewed at its time is tried again, but not without a pause.
    return { type: 'timer', name: 'poll', ms: Math.min(ms, Math.max(dueMs, PAUSE_MS)) }
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
    if (wasDropped || (this.#isLeaving && this.#command)) return []
    if (!this.#hasRun || this.#isLeaving) return [{ type: 'end', status }]
    const ms = backOff(this.#failedReads++, this.#policy.retry)
    const meanwhile = this.#command ? 'the command keeps running with what it has' : 'the command waits'
    const text = `no restart, as not all secrets could be read: ${meanwhile}; next try in ${seconds(ms)}`
    return [
      { type: 'log', level: 'warn', text },
      { type: 'timer', name: 'again', ms },
    ]
  }

  #ended(status: Status): Actions {
    const ranMs = this.#now() - (this.#command?.since ?? 0)
    const wasStopped = this.#isStopping
    this.#command = undefined
    this.#isStopping = false
    if (this.#isLeaving || (!wasStopped && !this.#policy.restartOnExit)) {
      return [...this.#drop(), { type: 'end', status }]
    }
    const over: Actions = (['stop', 'poll'] as const).map(name => ({ type: 'cancel', name }))
    if (!wasStopped) return [...over, ...this.#startAgain(status, ranMs)]
    return [...over, ...(this.#next === 'ready' ? this.#go() : this.#resolve())]
  }

  #startAgain(status: Status, ranMs: number): Actions {
    if (ranMs >= STEADY_MS) this.#crashes = 0
    const ms = backOff(this.#crashes++, this.#policy.retry)
    const text = `the command ended with ${describeStatus(status)}: it starts again in ${seconds(ms)}`
    return [{ type: 'log', level: 'warn', text }, ...this.#drop(), { type: 'timer', name: 'again', ms }]
  }

  #polled(marks: Marks, renewed: Renewed): Actions {
    if (!this.#command) return []
    const before = this.#command.marks
    const ending = this.#extend(this.#command, renewed)
    const actions: Action[] = [this.#lookLater(this.#policy.intervalMs)]
    if (this.#awaySince !== undefined) {
      const text = `all secrets can be read again, after ${seconds(this.#now() - this.#awaySince)}`
      actions.push({ type: 'log', level: 'warn', text })
    }
    this.#failedPolls = 0
    this.#awaySince = undefined
    if (ending.length > 0) return [...actions, ...this.#changed(marks, `leases end: ${ending.join(', ')}`, 0)]
    if (isSame(marks, before)) return actions
    const { debounceMs, splayMs, random } = this.#policy
    const text = `changed: ${listChanges(marks, before)}`
    return [...actions, ...this.#changed(marks, text, debounceMs + random() * splayMs)]
  }

  /** @returns the names of what has leases that are not renewed for long any more. */
  #extend(command: Command, renewed: Renewed): readonly string[] {
    const leases = extendLeases(command.leases, renewed, this.#now())
    this.#command = { ...command, leases }
    const ending = leases.filter(lease => isEnding(lease, this.#now()))
    // One that became due while the poller was under way has its turn at the next poll.
    return ending.filter(({ id, renewable }) => !renewable || this.#asked.has(id)).map(({ name }) => name)
  }

  #unpolled(problem: string, renewed: Renewed): Actions {
    if (!this.#command) return []
    this.#extend(this.#command, renewed)
    const { intervalMs, retry } = this.#policy
    const ms = backOff(this.#failedPolls++, { ...retry, baseMs: Math.min(intervalMs, 5_000) })
    const dueMs = untilDue(this.#command.leases, this.#now())
    const timer: Action = { type: 'timer', name: 'poll', ms: dueMs > 0 ? Math.min(ms, dueMs) : ms }
    if (this.#awaySince !== undefined) return [timer]
    this.#awaySince = this.#now()
    const text = `${problem}: since ${new Date().toISOString()} the command runs with what was read before`
    return [timer, { type: 'log', level: 'warn', text }]
  }

  #changed(marks: Marks, text: string, delayMs: number): Actions {
    if (this.#isChangePending || this.#next || this.#isStopping || this.#isLeaving) return []
    const log: Action = { type: 'log', level: 'info', text }
    this.#nextMarks = marks
    if (this.#policy.onChange === 'none') return [log, ...this.#accept()]
    this.#isChangePending = true
    return [log, { type: 'timer', name: 'change', ms: delayMs }]
  }

  /** What was seen is no news at the next poll. */
  #accept(): Actions {
    if (!this.#command) return []
    const leases = this.#command.leases.filter(lease => !isEnding(lease, this.#now()))
    this.#command = { ...this.#command, leases, marks: this.#nextMarks }
    return []
  }

  #react(): Actions {
    this.#isChangePending = false
    const { onChange } = this.#policy
    if (!this.#command || this.#isLeaving || onChange === 'none') return []
    if (onChange === 'restart') return this.#resolve()
    if (onChange === 'exit') {
      this.#isLeaving = true
      return this.#stop()
    }
    return [...this.#accept(), { type: 'kill', whom: 'command', signal: onChange.signal }]
  }

  #timeIsUp(name: TimerName): Actions {
    if (name === 'poll') return [{ type: 'poll', leases: this.#listLeases() }]
    if (name === 'change') return this.#react()
    if (name === 'again') return this.#resolve()
    const text = `the command did not end within ${seconds(this.#policy.stopTimeoutMs)}: it is killed`
    return [
      { type: 'log', level: 'warn', text },
      { type: 'kill', whom: 'command', signal: SIGKILL },
    ]
  }

  #listLeases(): readonly Lease[] {
    const now = this.#now()
    const leases = (this.#command?.leases ?? []).map(lease => ({
      ...lease,
      renewable: lease.renewable && isEnding(lease, now),
    }))
    this.#asked = new Set(leases.filter(({ renewable }) => renewable).map(({ id }) => id))
    return leases
  }

  #signalled(signal: number, hasReached: boolean): Actions {
    if (LEAVING.includes(signal)) this.#isLeaving = true
    if (!this.#command) return this.#isLeaving || signal === SIGHUP ? this.#leave(signal, hasReached) : []
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
