/** One stream on its way. */
import { closeSync, fstatSync, readSync, writeSync } from 'node:fs'
import type { Matcher } from './matcher.ts'
import { MaskedStream } from './stream.ts'

export interface Route {
  readonly from: number // descriptor of a pipe that the command writes into, or of a pseudo-terminal's master side
  readonly to: number
}

/** A pipe that is ready takes as much without waiting. Source: pipe(7), PIPE_BUF. */
const SURE_BYTES = 4_096

const NOTHING = new Uint8Array()

export class Channel {
  readonly route: Route
  readonly #stream: MaskedStream
  readonly #neverWaits: boolean // a file
  #rest: Uint8Array = NOTHING // to be written
  #isEnding = false
  isOver = false
  failure: string | undefined // errno name

  constructor(route: Route, matcher: Matcher) {
    this.route = route
    this.#stream = new MaskedStream(matcher)
    this.#neverWaits = fstatSync(route.to).isFile()
  }

  /** Something is to be written before more is read. */
  get isWaiting(): boolean {
    return this.#rest.length > 0
  }

  /** @param mayWait - there is no other stream that would wait, too. */
  read(mayWait: boolean): void {
    const count = receive(this.route.from, this.#stream.room())
    this.#isEnding = count === 0
    this.#rest = this.#isEnding ? this.#stream.finish() : this.#stream.take(count)
    if (mayWait || this.#neverWaits) this.write(mayWait)
    else this.#endIfDone()
  }

  write(mayWait: boolean): void {
    const isWhole = mayWait || this.#neverWaits
    while (this.#writeSome(isWhole) && isWhole);
    this.#endIfDone()
  }

  /** The command gets SIGPIPE or EPIPE, as from whoever reads its output. */
  close(): void {
    if (this.isOver) return
    this.isOver = true
    this.#rest = NOTHING
    closeSync(this.route.from)
    closeSync(this.route.to)
  }

  /** @returns whether there is more to write. */
  #writeSome(isWhole: boolean): boolean {
    const rest = this.#rest
    if (rest.length === 0) return false
    try {
      const count = writeSync(this.route.to, isWhole ? rest : rest.subarray(0, SURE_BYTES))
      this.#rest = rest.subarray(count)
      return true
    } catch (error) {
      const { code } = error as { code?: string }
      if (code === 'EAGAIN') return false // somebody made it non-blocking, and it is full for now
      if (code !== 'EPIPE') this.failure = code ?? 'unknown'
      this.close()
      return false
    }
  }

  #endIfDone(): void {
    if (this.#isEnding && !this.isWaiting) this.close()
  }
}

/** @returns the count; 0 at the end. */
function receive(from: number, bytes: Uint8Array): number {
  try {
    return readSync(from, bytes)
  } catch (error) {
    if ((error as { code?: string }).code === 'EIO') return 0 // nobody has the pseudo-terminal open any more
    throw error
  }
}
