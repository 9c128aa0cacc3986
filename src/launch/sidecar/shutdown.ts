import type { SidecarAction } from './events.ts'
import type { Step } from './policy.ts'

const [SIGKILL, SIGTERM] = [9, 15]
/** What is under way at the end has so long to end by itself, and as long again once it was told to. */
const GRACE: SidecarAction = { type: 'timer', name: 'grace', ms: 5_000 }

export interface UnderWay {
  readonly isLooking: boolean
  readonly step: Step | undefined
}

/** The end in order: what is under way may end by itself, is told to, and at last is killed. */
export class Shutdown {
  #stage: 'asked' | 'told' | undefined

  get hasBegun(): boolean {
    return this.#stage !== undefined
  }

  begin({ isLooking, step }: UnderWay): readonly SidecarAction[] {
    this.#stage = 'asked'
    const stop = (['look', 'act'] as const).map(name => ({ type: 'cancel', name }) as const)
    if (!isLooking && step === undefined) return stop
    // A look that reads is given up at once, one that writes has an end; so has a program, as a rule.
    return [...stop, ...kill('look', isLooking, SIGTERM), GRACE]
  }

  /** What is under way has had its time. */
  press({ isLooking, step }: UnderWay): readonly SidecarAction[] {
    const signal = this.#stage === 'told' ? SIGKILL : SIGTERM
    this.#stage = 'told'
    return [...kill('look', isLooking, SIGKILL), ...kill('run', step === 'run', signal), GRACE]
  }
}

function kill(whom: 'look' | 'run', isRunning: boolean, signal: number): readonly SidecarAction[] {
  return isRunning ? [{ type: 'kill', whom, signal }] : []
}
