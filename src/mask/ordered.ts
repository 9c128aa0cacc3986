/** Forms that begin alike, compared with a text in one walk that looks at what they share once. */
import type { Form } from './forms.ts'

export interface Finding {
  readonly found: number // where the longest form ends, or NONE
  readonly isOpen: boolean // a longer one may come of more text
}

export const NONE = -1

interface Alternative {
  readonly wanted: Uint8Array
  readonly shared: number // its first bytes that the one before it has, too
}

export class OrderedForms {
  readonly #plain: Alternative[] = []
  readonly #wrapping: Alternative[] = []

  /** To be called in the order of their bytes, each one once. */
  add({ bytes, wraps }: Form): void {
    const alternatives = wraps ? this.#wrapping : this.#plain
    const before = alternatives.at(-1)?.wanted
    alternatives.push({ wanted: bytes, shared: before ? countShared(before, bytes) : 0 })
  }

  /** The longest one that begins at `start`. */
  find(bytes: Uint8Array, start: number, end: number): Finding {
    const plain = walk(this.#plain, false, bytes, start, end)
    if (this.#wrapping.length === 0) return plain
    const wrapping = walk(this.#wrapping, true, bytes, start, end)
    return {
      found: Math.max(plain.found, wrapping.found),
      isOpen: plain.isOpen || wrapping.isOpen,
    }
  }
}

function countShared(one: Uint8Array, other: Uint8Array): number {
  let count = 0
  while (count < one.length && one[count] === other[count]) count++
  return count
}

function walk(
  alternatives: readonly Alternative[],
  wraps: boolean,
  bytes: Uint8Array,
  start: number,
  end: number,
): Finding {
  let found = NONE
  let at = start
  let matched = 0 // bytes of the last one are in the text, up to `at`
  for (const { wanted, shared } of alternatives) {
    if (shared > matched) continue // it differs from the text where the one before it does
    if (shared < matched) break // and so do all that come after it
    for (; matched < wanted.length; at++) {
      if (at === end) return { found, isOpen: true }
      if (bytes[at] === wanted[matched]) matched++
      else if (!wraps || matched === 0 || !isWithinLineEnd(bytes, at)) break
    }
    if (matched === wanted.length) found = at
  }
  return { found, isOpen: false }
}

/** Of two bytes at most, as CR LF: a value's end is not waited for through thousands of empty lines. */
function isWithinLineEnd(bytes: Uint8Array, at: number): boolean {
  return isLineEnd(bytes[at]) && !(isLineEnd(bytes[at - 1]) && isLineEnd(bytes[at - 2]))
}

const LF = 0x0a
const CR = 0x0d

function isLineEnd(byte: number | undefined): boolean {
  return byte === LF || byte === CR
}
