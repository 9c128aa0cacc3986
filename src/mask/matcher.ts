/**
 * Where forms begin in a text, hundreds of them at once: the three bytes at the end of a window tell how far it may move
 * on without passing over one. Source: Wu and Manber, "A fast algorithm for multi-pattern searching", 1994.
 */
import type { Form } from './forms.ts'
import { type Finding, NONE, OrderedForms } from './ordered.ts'

/** Every form's first bytes are compared with the window, so it is no longer than the shortest one. */
const MOST_WINDOW_BYTES = 8
const SLOTS = 2 ** 16

export class Matcher {
  readonly windowBytes: number
  readonly #blockBytes: number // at the end of the window
  readonly #shift = new Uint8Array(SLOTS) // by the block: 0 where a form may begin
  readonly #endingIn = new Map<number, OrderedForms>() // by the block of its first window
  readonly #beginningWith = new Map<number, OrderedForms>() // by its first byte

  /** @param forms - none of them empty. */
  constructor(forms: readonly Form[]) {
    const shortest = Math.min(MOST_WINDOW_BYTES, ...forms.map(({ bytes }) => bytes.length))
    this.windowBytes = shortest
    this.#blockBytes = shortest < 3 ? 1 : 3
    this.#shift.fill(shortest - this.#blockBytes + 1)
    for (const form of forms.toSorted((a, b) => Buffer.compare(a.bytes, b.bytes))) this.#add(form)
  }

  #add(form: Form): void {
    for (let end = this.#blockBytes; end <= this.windowBytes; end++) {
      const slot = this.#slotOf(form.bytes, end)
      this.#shift[slot] = Math.min(this.#shift[slot] ?? 0, this.windowBytes - end)
    }
    append(this.#endingIn, this.#slotOf(form.bytes, this.windowBytes), form)
    append(this.#beginningWith, form.bytes[0] ?? 0, form)
  }

  #slotOf(bytes: Uint8Array, end: number): number {
    return this.#blockBytes === 1 ? (bytes[end - 1] ?? 0) : slotOfThree(bytes, end)
  }

  /**
   * The first place from `from` on where a form may begin, `end` at most; whether one does, `find` tells. Where less than
   * a window is left, that is every place.
   */
  nextCandidate(bytes: Uint8Array, from: number, end: number): number {
    const shift = this.#shift
    let windowEnd = from + this.windowBytes
    if (this.#blockBytes === 1) {
      while (windowEnd <= end) {
        const step = shift[bytes[windowEnd - 1] as number] as number
        if (step === 0) break
        windowEnd += step
      }
    } else {
      while (windowEnd <= end) {
        const step = shift[slotOfThree(bytes, windowEnd)] as number
        if (step === 0) break
        windowEnd += step
      }
    }
    return Math.min(windowEnd - this.windowBytes, end)
  }

  /** The longest form that begins at `start`. */
  find(bytes: Uint8Array, start: number, end: number): Finding {
    const isWhole = start + this.windowBytes <= end
    const forms = isWhole
      ? this.#endingIn.get(this.#slotOf(bytes, start + this.windowBytes))
      : this.#beginningWith.get(bytes[start] ?? 0)
    return forms?.find(bytes, start, end) ?? NOTHING
  }
}

const NOTHING: Finding = { found: NONE, isOpen: false }

function slotOfThree(bytes: Uint8Array, end: number): number {
  const three =
    (bytes[end - 3] as number) | ((bytes[end - 2] as number) << 8) | ((bytes[end - 1] as number) << 16)
  return Math.imul(three, 0x9e3779b1) >>> 16
}

function append(map: Map<number, OrderedForms>, key: number, form: Form): void {
  const forms = map.get(key) ?? new OrderedForms()
  forms.add(form)
  map.set(key, forms)
}
