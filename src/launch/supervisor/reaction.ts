import type { Marks } from '../marks.ts'
import type { Action } from './events.ts'
import type { Policy } from './policy.ts'

/** What is to be done about a change, when others that come at the same time had their time to come. */
export class Reaction {
  readonly #policy: Pick<Policy, 'debounceMs' | 'splayMs' | 'random'>
  #seen: Marks | undefined

  constructor(policy: Pick<Policy, 'debounceMs' | 'splayMs' | 'random'>) {
    this.#policy = policy
  }

  get isPending(): boolean {
    return this.#seen !== undefined
  }

  /** @param seen - by the look that found the change. */
  plan(seen: Marks, isUrgent: boolean): Action {
    this.#seen = seen
    const { debounceMs, splayMs, random } = this.#policy
    return { type: 'timer', name: 'change', ms: isUrgent ? 0 : debounceMs + random() * splayMs }
  }

  /** Now, or not any more. @returns what was seen; undefined where nothing was to be done. */
  take(): Marks | undefined {
    const seen = this.#seen
    this.#seen = undefined
    return seen
  }
}
