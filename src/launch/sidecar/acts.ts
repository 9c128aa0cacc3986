/** What is done after a change: the program is run, then the signal is sent; both again until they work. */
import { Backoff } from '../backoff.ts'
import { seconds } from '../words.ts'
import type { SidecarAction } from './events.ts'
import type { SidecarPolicy, Step } from './policy.ts'

type Actions = readonly SidecarAction[]

export class Acts {
  readonly #policy: SidecarPolicy
  readonly #backoff: Backoff
  #step: Step | undefined // under way
  #isDue = false

  constructor(policy: SidecarPolicy) {
    this.#policy = policy
    this.#backoff = new Backoff(policy.retry)
  }

  get step(): Step | undefined {
    return this.#step
  }

  /** What changes until it is done takes part in it; one that is to be tried again is tried for the news. */
  plan(): Actions {
    const { steps, debounceMs, splayMs, random } = this.#policy
    if (steps.length === 0 || (this.#isDue && !this.#backoff.hasFailed)) return []
    this.#isDue = true
    this.#backoff.reset()
    if (this.#step !== undefined) return []
    return [{ type: 'timer', name: 'act', ms: debounceMs + random() * splayMs }]
  }

  begin(schemes: readonly string[]): Actions {
    this.#isDue = false
    return this.#start(this.#policy.steps[0], schemes)
  }

  acted(step: Step, problem: string | undefined, schemes: readonly string[]): Actions {
    this.#step = undefined
    if (problem !== undefined) return this.#again(problem)
    const { steps, debounceMs } = this.#policy
    const next = steps[steps.indexOf(step) + 1]
    if (next !== undefined) return this.#start(next, schemes)
    this.#backoff.reset()
    return this.#isDue ? [{ type: 'timer', name: 'act', ms: debounceMs }] : []
  }

  /** Whatever was to come next does not. */
  stop(): void {
    this.#step = undefined
  }

  #start(step: Step | undefined, schemes: readonly string[]): Actions {
    this.#step = step
    return step === undefined ? [] : [{ type: 'act', step, schemes }]
  }

  /** From the first step on: whoever reads the files has not heard of them yet. */
  #again(problem: string): Actions {
    const ms = this.#backoff.next()
    this.#isDue = true
    return [
      { type: 'log', level: 'warn', text: `${problem}; next try in ${seconds(ms)}` },
      { type: 'timer', name: 'act', ms },
    ]
  }
}
