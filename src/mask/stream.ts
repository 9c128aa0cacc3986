/**
 * A stream with every form of every value replaced by the mark, however it is cut into chunks: a byte is masked if it
 * belongs to any form, and what is masked without a gap has one mark.
 */
import type { Matcher } from './matcher.ts'
import { NONE } from './ordered.ts'

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
  #output = new Uint8Array(2 * CHUNK_BYTES)
  #outputEnd = 0

  constructor(matcher: Matcher) {
    this.#matcher = matcher
  }

  /** Where the next bytes are to be put. */
  room(): Uint8Array {
    const keep = Math.min(this.#decided, this.#written)
    this.#buffer.copyWithin(0, keep, this.#end)
    this.#end -= keep
    this.#decided -= keep
    this.#written -= keep
    this.#buffer = withRoom(this.#buffer, this.#end, CHUNK_BYTES)
    return this.#buffer.subarray(this.#end)
  }

  /**
   * Takes `count` bytes that were put into the room. @returns all that can't be part of a value any more, in an array
   * that is used again the next time; what may be the beginning of one is kept.
   */
  take(count: number): Uint8Array {
    this.#end += count
    return this.#pass(false)
  }

  /** The stream is over. @returns the rest. */
  finish(): Uint8Array {
    return this.#pass(true)
  }

  #pass(isOver: boolean): Uint8Array {
    this.#outputEnd = 0
    const bytes = this.#buffer
    while (this.#decided < this.#end) {
      const start = this.#matcher.nextCandidate(bytes, this.#decided, this.#end)
      this.#decided = start
      if (start === this.#end) break
      const { found, isOpen } = this.#matcher.find(bytes, start, this.#end)
      if (found !== NONE) this.#mask(start, found)
      if (isOpen && !isOver) break
      this.#decided = start + 1
    }
    this.#writeUpTo(this.#decided)
    return this.#output.subarray(0, this.#outputEnd)
  }

  #mask(start: number, end: number): void {
    this.#writeUpTo(start)
    if (!this.#isMasking) this.#put(MARK)
    this.#isMasking = true
    if (end > this.#written) this.#written = end
  }

  #writeUpTo(position: number): void {
    if (position <= this.#written) return
    this.#put(this.#buffer.subarray(this.#written, position))
    this.#written = position
    this.#isMasking = false
  }

  #put(bytes: Uint8Array): void {
    this.#output = withRoom(this.#output, this.#outputEnd, bytes.length)
    this.#output.set(bytes, this.#outputEnd)
    this.#outputEnd += bytes.length
  }
}

/** The same array, or a larger one with its first `used` bytes. */
function withRoom(bytes: Uint8Array<ArrayBuffer>, used: number, room: number): Uint8Array<ArrayBuffer> {
  if (bytes.length - used >= room) return bytes
  const larger = new Uint8Array(2 * (used + room))
  larger.set(bytes.subarray(0, used))
  return larger
}
