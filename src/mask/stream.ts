/**
 * A stream with every form of every value replaced by the mark, however it is cut into chunks: a byte is masked if it
 * belongs to any form, and what is masked without a gap has one mark.
 */
import { type Matcher, NONE } from './matcher.ts'

/** Says what it is, can be searched for, and tells no length. */
export const MARK = new TextEncoder().encode('[masked]')

const CHUNK_BYTES = 64 * 1024

export class MaskedStream {
  readonly #matcher: Matcher
  #buffer = new Uint8Array(2 * CHUNK_BYTES)
  #end = 0 // of the bytes that are in it
  #decided = 0 // no form begins before this that is not found
  #written = 0 // what is before this has been given out, or is masked
  #isMasking = false // the last of it is masked

  constructor(matcher: Matcher) {
    this.#matcher = matcher
  }

  /** Where the next bytes are to be put. What was given out before is gone then. */
  room(): Uint8Array {
    const keep = Math.min(this.#decided, this.#written)
    this.#buffer.copyWithin(0, keep, this.#end)
    this.#end -= keep
    this.#decided -= keep
    this.#written -= keep
    if (this.#buffer.length - this.#end < CHUNK_BYTES) this.#grow()
    return this.#buffer.subarray(this.#end)
  }

  #grow(): void {
    const larger = new Uint8Array(2 * this.#buffer.length)
    larger.set(this.#buffer.subarray(0, this.#end))
    this.#buffer = larger
  }

  /**
   * Takes `count` bytes that were put into the room. @returns all that can't be part of a value any more; what may be
   * the beginning of one is kept.
   */
  take(count: number): readonly Uint8Array[] {
    this.#end += count
    return this.#pass(false)
  }

  /** The stream is over. @returns the rest. */
  finish(): readonly Uint8Array[] {
    return this.#pass(true)
  }

  #pass(isOver: boolean): readonly Uint8Array[] {
    const pieces: Uint8Array[] = []
    const bytes = this.#buffer
    while (this.#decided < this.#end) {
      const start = this.#matcher.nextCandidate(bytes, this.#decided, this.#end)
      this.#decided = start
      if (start === this.#end) break
      const { found, isOpen } = this.#matcher.find(bytes, start, this.#end)
      if (found !== NONE) this.#mask(start, found, pieces)
      if (isOpen && !isOver) break
      this.#decided = start + 1
    }
    this.#writeUpTo(this.#decided, pieces)
    return pieces
  }

  #mask(start: number, end: number, pieces: Uint8Array[]): void {
    this.#writeUpTo(start, pieces)
    if (!this.#isMasking) pieces.push(MARK)
    this.#isMasking = true
    if (end > this.#written) this.#written = end
  }

  #writeUpTo(position: number, pieces: Uint8Array[]): void {
    if (position <= this.#written) return
    pieces.push(this.#buffer.subarray(this.#written, position))
    this.#written = position
    this.#isMasking = false
  }
}
