/** The command as a job: it is stopped and continued, and the job that this process is part of with it. */
import type { Change, Children } from '../children.ts'
import type { Terminal } from './terminal.ts'

const [SIGCONT, SIGSTOP] = [18, 19]

export class Job {
  readonly #children: Children
  readonly #terminal: Terminal
  #pid: number | undefined
  #isStopped = false

  constructor(children: Children, terminal: Terminal) {
    this.#children = children
    this.#terminal = terminal
  }

  /** Undefined while no command runs. */
  get pid(): number | undefined {
    return this.#pid
  }

  begin(pid: number): void {
    this.#pid = pid
    this.#isStopped = false
  }

  end(): void {
    this.#pid = undefined
  }

  kill(signal: number): void {
    if (this.#pid === undefined) return
    this.#children.kill(this.#pid, signal)
    this.continue() // one that is stopped would find out only then
  }

  continue(): void {
    if (this.#pid !== undefined && this.#isStopped) this.#children.kill(this.#pid, SIGCONT)
  }

  /** It was stopped or continued. */
  follow(change: Exclude<Change, { ended: unknown }>): void {
    this.#isStopped = 'stopped' in change
    // The shell that started us waits for us, not for the command.
    if ('stopped' in change && this.#terminal.stopsJob(change.stopped))
      this.#children.kill(process.pid, SIGSTOP)
  }
}
