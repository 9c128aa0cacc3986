/**
 * Files over time: look, write, tell the program that reads them, back off, end. Events come in, actions go out;
 * process.ts carries them out. It knows marks and times, and has no way to a value.
 *
 * A look is a process of its own, which reads everything and writes what has changed; so is a program of the user's.
 */
import { EXIT_CODES } from '../../core/errors.ts'
import { Outage } from '../outage.ts'
import type { Status } from '../status.ts'
import { seconds } from '../words.ts'
import { Acts } from './acts.ts'
import type { SidecarAction, SidecarEvent, TimerName } from './events.ts'
import { Holdings } from './holdings.ts'
import type { SidecarPolicy, Step } from './policy.ts'
import type { Found } from './report.ts'
import { Shutdown, type UnderWay } from './shutdown.ts'
import type { Standing } from './standing.ts'

/** Waiting for another outcome would be in vain. */
const FOR_GOOD: readonly number[] = (['BAD_USAGE', 'BAD_TEMPLATE', 'BUG', 'BAD_CONFIG'] as const).map(
  code => EXIT_CODES[code],
)

const END = { type: 'end', status: { code: 0 } } as const

type Actions = readonly SidecarAction[]

export class Sidecar {
  readonly #policy: SidecarPolicy
  readonly #standing: Standing
  readonly #now: () => number // milliseconds, never backwards
  readonly #holdings = new Holdings()
  readonly #acts: Acts
  readonly #outage: Outage
  readonly #shutdown = new Shutdown()

  #isLooking = false
  #isLookDue = false // as soon as the present one is over
  #hasTried = false
  #isCurrent = false // once all files were written

  constructor(policy: SidecarPolicy, standing: Standing, now: () => number = () => performance.now()) {
    this.#policy = policy
    this.#standing = standing
    this.#now = now
    this.#acts = new Acts(policy)
    this.#outage = new Outage(policy, now)
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
    if (this.#shutdown.hasBegun) return []
    this.#isLookDue = this.#isLooking
    if (this.#isLooking) return []
    this.#isLooking = true
    const ask = this.#holdings.ask(!this.#hasTried, this.#now())
    this.#hasTried = true
    return [
      { type: 'cancel', name: 'look' },
      { type: 'look', ask },
    ]
  }

  #looked(found: Found, status: Status): Actions {
    this.#isLooking = false
    this.#standing.requests += found.requests
    const next = found.isReady ? this.#succeeded(found) : this.#failed(found, status)
    if (this.#shutdown.hasBegun) return this.#finish()
    if (!this.#isLookDue || next.some(({ type }) => type === 'end')) return next
    return [...next, ...this.#look()]
  }

  #succeeded(found: Found): Actions {
    const [isCurrent, over] = [this.#isCurrent, this.#back()]
    this.#standing.succeed(found, this.#holdings.marks)
    this.#holdings.take(found, this.#now())
    this.#standing.hold(this.#holdings.ends(), this.#now())
    this.#isCurrent = true
    const written = found.files.filter(({ change }) => change !== 'same')
    // What was not there before the first look has no reader yet.
    const isNews = written.some(({ change }) => change === 'changed' || isCurrent)
    const paths = written.map(({ path }) => path).join(', ')
    const told: Actions = paths === '' ? [] : [{ type: 'log', level: 'info', text: `written: ${paths}` }]
    return [...over, ...told, this.#lookIn(this.#policy.intervalMs), ...(isNews ? this.#acts.plan() : [])]
  }

  #back(): Actions {
    const lastedMs = this.#outage.end()
    if (lastedMs === undefined) return []
    return [{ type: 'log', level: 'warn', text: `the files are current again, after ${seconds(lastedMs)}` }]
  }

  #failed(found: Found, status: Status): Actions {
    const { problem = 'the look failed' } = found
    this.#standing.looks.failed++
    if (!this.#isCurrent && !this.#mayWait(status)) return [{ type: 'end', status, givesBack: [] }]
    this.#holdings.extend(found, this.#now())
    const { retryMs, since } = this.#outage.fail()
    const timer: SidecarAction = { type: 'timer', name: 'look', ms: retryMs }
    if (since === undefined) return [timer]
    const state = this.#isCurrent ? 'the files stay as they are' : 'there are no files yet'
    return [timer, { type: 'log', level: 'warn', text: `${problem}: since ${since} ${state}` }]
  }

  #mayWait(status: Status): boolean {
    return this.#policy.waits && !('code' in status && FOR_GOOD.includes(status.code))
  }

  /** After this time, or as soon as something is due. */
  #lookIn(ms: number): SidecarAction {
    return { type: 'timer', name: 'look', ms: Math.min(ms, this.#holdings.dueMs(this.#now())) }
  }

  #acted(step: Step, problem: string | undefined): Actions {
    this.#standing.acts[step][problem === undefined ? 'succeeded' : 'failed']++
    const next = this.#acts.acted(step, problem, this.#holdings.schemes)
    if (!this.#shutdown.hasBegun) return next
    this.#acts.stop()
    return this.#finish()
  }

  #timeIsUp(name: TimerName): Actions {
    if (name === 'look') return this.#look()
    if (name === 'grace') return this.#shutdown.press(this.#underWay)
    return this.#shutdown.hasBegun ? [] : this.#acts.begin(this.#holdings.schemes)
  }

  #leave(): Actions {
    if (this.#shutdown.hasBegun) return this.#shutdown.press(this.#underWay)
    this.#standing.isLeaving = true
    return [...this.#shutdown.begin(this.#underWay), ...this.#finish()]
  }

  get #underWay(): UnderWay {
    return { isLooking: this.#isLooking, step: this.#acts.step }
  }

  #finish(): Actions {
    if (this.#isLooking || this.#acts.step !== undefined) return []
    const { written, leases } = this.#holdings
    if (this.#policy.cleanup) {
      return [{ type: 'close' }, { type: 'cleanup', files: written }, { ...END, givesBack: leases }]
    }
    // What stands in files that stay is for their reader to use, until it runs out.
    return [{ type: 'close' }, leases.length > 0 ? END : { ...END, givesBack: [] }]
  }
}
