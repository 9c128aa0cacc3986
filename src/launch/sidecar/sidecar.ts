/**
 * Files over time: look, write, tell the program that reads them, back off, end. Events come in, actions go out;
 * attend.ts carries them out. It knows marks and times, and has no way to a value.
 *
 * A look is a process of its own, which reads everything and writes what has changed; so is a program of the user's.
 */
import { EXIT_CODES } from '../../core/errors.ts'
import { type HeldLease, holdLeases, isEnding, untilDue } from '../leases.ts'
import { backOff } from '../policy.ts'
import type { Lease, Marks } from '../report.ts'
import type { Status } from '../signals.ts'
import { seconds } from '../words.ts'
import type { SidecarAction, SidecarEvent, TimerName } from './events.ts'
import type { SidecarPolicy, Step } from './policy.ts'
import type { Found } from './report.ts'
import type { Standing } from './standing.ts'

const [SIGKILL, SIGTERM] = [9, 15]
const PAUSE_MS = 500
/** What is under way at the end has so long to end by itself, and as long again once it was told to. */
const GRACE_MS = 5_000
/** Waiting for another outcome would be in vain. */
const FOR_GOOD: readonly number[] = (['BAD_USAGE', 'BAD_TEMPLATE', 'BUG', 'BAD_CONFIG'] as const).map(
  code => EXIT_CODES[code],
)

type Actions = readonly SidecarAction[]

export class Sidecar {
  readonly #policy: SidecarPolicy
  readonly #standing: Standing
  readonly #now: () => number // milliseconds, never backwards

  #isLooking = false
  #isLookDue = false // as soon as the present one is over
  #hasTried = false
  #isCurrent = false // once all files were written
  #marks: Marks = new Map()
  #files: Marks = new Map()
  #schemes: readonly string[] = []
  #leases: readonly HeldLease[] = []
  #failedLooks = 0
  #awaySince: number | undefined

  #step: Step | undefined // under way
  #isActDue = false
  #failedActs = 0

  #leaving: 'asked' | 'told' | undefined

  constructor(policy: SidecarPolicy, standing: Standing, now: () => number = () => performance.now()) {
    this.#policy = policy
    this.#standing = standing
    this.#now = now
  }

  /** @returns what is to be done, in this order. */
  on(event: SidecarEvent): Actions {
    if (event.type === 'begin' || event.type === 'look') return this.#look()
    if (event.type === 'looked') return this.#looked(event.found, event.status)
    if (event.type === 'acted') return this.#acted(event.step, event.problem)
    if (event.type === 'leave') return this.#leave()
    return this.#timeIsUp(event.name)
  }

  #look(): Actions {
    if (this.#leaving) return []
    this.#isLookDue = this.#isLooking
    if (this.#isLooking) return []
    this.#isLooking = true
    const ask = {
      isFirst: !this.#hasTried,
      leases: this.#leases.flatMap(lease => this.#askOf(lease)),
      marks: this.#marks,
      files: this.#files,
      schemes: this.#schemes,
    }
    this.#hasTried = true
    return [
      { type: 'cancel', name: 'look' },
      { type: 'look', ask },
    ]
  }

  /** One that ends and can't be renewed is not mentioned, and so it is read anew. */
  #askOf(held: HeldLease): readonly Lease[] {
    const { endsAt: _, ...lease } = held
    if (!isEnding(held, this.#now())) return [{ ...lease, renewable: false }]
    return lease.renewable ? [lease] : []
  }

  #looked(found: Found, status: Status): Actions {
    this.#isLooking = false
    this.#standing.requests += found.requests
    const next = found.isReady ? this.#succeeded(found) : this.#failed(found, status)
    if (this.#leaving) return this.#finish()
    if (!this.#isLookDue || next.some(({ type }) => type === 'end')) return next
    return [...next, ...this.#look()]
  }

  #succeeded(found: Found): Actions {
    const { isCurrent, over } = { isCurrent: this.#isCurrent, over: this.#tellOver() }
    this.#standing.succeed(found, this.#marks)
    this.#hold(found)
    this.#isCurrent = true
    this.#failedLooks = 0
    this.#marks = found.marks
    this.#files = new Map(found.files.map(({ path, mark }) => [path, mark]))
    this.#schemes = found.schemes
    const written = found.files.filter(({ change }) => change !== 'same')
    // What was not there before the first look has no reader yet.
    const isNews = written.some(({ change }) => change === 'changed' || isCurrent)
    const paths = written.map(({ path }) => path).join(', ')
    const told: Actions = paths === '' ? [] : [{ type: 'log', level: 'info', text: `written: ${paths}` }]
    return [...over, ...told, this.#lookLater(this.#policy.intervalMs), ...(isNews ? this.#plan() : [])]
  }

  #tellOver(): Actions {
    if (this.#awaySince === undefined) return []
    const text = `the files are current again, after ${seconds(this.#now() - this.#awaySince)}`
    this.#awaySince = undefined
    return [{ type: 'log', level: 'warn', text }]
  }

  #hold({ leases, held }: Found): void {
    const now = this.#now()
    const isNew = new Set(leases.map(({ name }) => name))
    const kept = this.#extend(held, now).filter(({ name }) => held.has(name) && !isNew.has(name))
    this.#leases = [...kept, ...holdLeases(leases, now)]
    this.#standing.hold(this.#leases, now)
  }

  #extend(renewed: Found['held'], now: number): readonly HeldLease[] {
    return this.#leases.map(lease => {
      const life = renewed.get(lease.name)
      return life === undefined ? lease : { ...lease, endsAt: now + life * 1_000 }
    })
  }

  /** After this time, or as soon as a lease is due. */
  #lookLater(ms: number): SidecarAction {
    const dueMs = untilDue(this.#leases, this.#now())
    return { type: 'timer', name: 'look', ms: Math.min(ms, Math.max(dueMs, PAUSE_MS)) }
  }

  #failed({ held, problem = 'the look ended too soon' }: Found, status: Status): Actions {
    this.#standing.looks.failed++
    if (!this.#isCurrent && !this.#mayWait(status)) return [{ type: 'end', status }]
    this.#leases = this.#extend(held, this.#now())
    const { intervalMs, retry } = this.#policy
    const ms = backOff(this.#failedLooks++, { ...retry, baseMs: Math.min(intervalMs, 5_000) })
    const dueMs = untilDue(this.#leases, this.#now())
    const timer: SidecarAction = { type: 'timer', name: 'look', ms: dueMs > 0 ? Math.min(ms, dueMs) : ms }
    if (this.#awaySince !== undefined) return [timer]
    this.#awaySince = this.#now()
    const state = this.#isCurrent ? 'the files stay as they are' : 'there are no files yet'
    const text = `${problem}: since ${new Date().toISOString()} ${state}`
    return [timer, { type: 'log', level: 'warn', text }]
  }

  #mayWait(status: Status): boolean {
    return this.#policy.waits && !('code' in status && FOR_GOOD.includes(status.code))
  }

  /** What changes until it is done takes part in it; one that is to be tried again is tried for the news. */
  #plan(): Actions {
    const { steps, debounceMs, splayMs, random } = this.#policy
    if (steps.length === 0 || (this.#isActDue && this.#failedActs === 0)) return []
    this.#isActDue = true
    this.#failedActs = 0
    if (this.#step !== undefined) return []
    return [{ type: 'timer', name: 'act', ms: debounceMs + random() * splayMs }]
  }

  #act(step: Step | undefined): Actions {
    this.#step = step
    if (step === undefined) return []
    return [{ type: 'act', step, schemes: this.#schemes }]
  }

  #acted(step: Step, problem: string | undefined): Actions {
    this.#standing.acts[step][problem === undefined ? 'succeeded' : 'failed']++
    this.#step = undefined
    if (this.#leaving) return this.#finish()
    if (problem !== undefined) return this.#again(problem)
    const { steps } = this.#policy
    const next = steps[steps.indexOf(step) + 1]
    if (next !== undefined) return this.#act(next)
    this.#failedActs = 0
    return this.#isActDue ? [{ type: 'timer', name: 'act', ms: this.#policy.debounceMs }] : []
  }

  /** From the first step on: whoever reads the files has not heard of them yet. */
  #again(problem: string): Actions {
    const ms = backOff(this.#failedActs++, this.#policy.retry)
    this.#isActDue = true
    return [
      { type: 'log', level: 'warn', text: `${problem}; next try in ${seconds(ms)}` },
      { type: 'timer', name: 'act', ms },
    ]
  }

  #timeIsUp(name: TimerName): Actions {
    if (name === 'look') return this.#look()
    if (name === 'grace') return this.#tell()
    if (this.#leaving) return []
    this.#isActDue = false
    return this.#act(this.#policy.steps[0])
  }

  #leave(): Actions {
    if (this.#leaving) return this.#tell()
    this.#leaving = 'asked'
    this.#standing.isLeaving = true
    const stop: Actions = [
      { type: 'cancel', name: 'look' },
      { type: 'cancel', name: 'act' },
    ]
    if (!this.#isLooking && this.#step === undefined) return [...stop, ...this.#finish()]
    // A look that reads is given up at once, one that writes has an end; so has a program, as a rule.
    const kill: Actions = this.#isLooking ? [{ type: 'kill', whom: 'look', signal: SIGTERM }] : []
    return [...stop, ...kill, { type: 'timer', name: 'grace', ms: GRACE_MS }]
  }

  /** What is under way has had its time. */
  #tell(): Actions {
    const isLast = this.#leaving === 'told'
    this.#leaving = 'told'
    const look: Actions = this.#isLooking ? [{ type: 'kill', whom: 'look', signal: SIGKILL }] : []
    const run: Actions =
      this.#step === 'run' ? [{ type: 'kill', whom: 'run', signal: isLast ? SIGKILL : SIGTERM }] : []
    return [...look, ...run, { type: 'timer', name: 'grace', ms: GRACE_MS }]
  }

  #finish(): Actions {
    if (this.#isLooking || this.#step !== undefined) return []
    const cleanup: Actions = this.#policy.cleanup ? [{ type: 'cleanup', files: this.#files }] : []
    return [{ type: 'close' }, ...cleanup, { type: 'end', status: { code: 0 } }]
  }
}
