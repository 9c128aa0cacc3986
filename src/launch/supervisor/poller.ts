/** The poller under way: it looks whether what the command has is still good, and renews leases. */
import type { Lease } from '../leases.ts'
import type { WatchEvent } from './events.ts'
import { parseReport } from './report.ts'
import type { Workers } from './workers.ts'

export class Poller {
  readonly #workers: Workers

  constructor(workers: Workers) {
    this.#workers = workers
  }

  get pid(): number | undefined {
    return this.#workers.poller.pid
  }

  /** @param tokens - descriptor of those of the command's run. @returns whether it runs. */
  start(tokens: number, leases: readonly Lease[]): boolean {
    return this.#workers.start('poller', { tokens, leases })
  }

  kill(signal: number): void {
    this.#workers.poller.kill(signal)
  }

  /** It has ended. @returns what came of it. */
  finish(): WatchEvent {
    const { poller } = this.#workers
    poller.release()
    const report = parseReport(poller.readReport())
    const { isReady, problem = 'the secrets could not be looked at' } = report
    return { ...report, type: isReady ? 'polled' : 'unpolled', problem }
  }
}
