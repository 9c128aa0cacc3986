/** A template's text, and which brace closes which. */
export class Source {
  readonly text: string
  #closing: ReadonlyMap<number, number> | undefined

  constructor(text: string) {
    this.text = text
  }

  /** Index of the `}` that balances the `{` at `open`, if it stands before `end`; else -1. */
  closingBrace(open: number, end: number): number {
    this.#closing ??= matchBraces(this.text)
    const close = this.#closing.get(open) ?? -1
    return close < end ? close : -1
  }
}

// Once over the whole text: a search of its own for each `${` would take quadratic time where none is closed.
function matchBraces(text: string): ReadonlyMap<number, number> {
  const closing = new Map<number, number>()
  const unclosed: number[] = []
  let open = text.indexOf('{')
  for (let close = text.indexOf('}'); close >= 0; close = text.indexOf('}', close + 1)) {
    for (; open >= 0 && open < close; open = text.indexOf('{', open + 1)) unclosed.push(open)
    const partner = unclosed.pop()
    if (partner !== undefined) closing.set(partner, close)
  }
  return closing
}

/**
 * Nothing but letters, digits and `_ . / : # -`, as in most references: one look spares them four others,
 * each an expression that a program which has just started has to compile.
 */
export function isPlain(text: string): boolean {
  return PLAIN.test(text)
}

const PLAIN = /^[\w./:#-]*$/

/** White space as dotenv sees it (`\s`), line ends included. */
export function isSpace(code: number): boolean {
  if (code <= 0x20) return code === 0x20 || (code >= 9 && code <= 13)
  if (code < 0xa0) return false
  return code === 0xa0 || code === 0xfeff || /\s/.test(String.fromCharCode(code))
}

/** The first index from `at` that is no white space, `end` where there is none. */
export function skipSpace(text: string, at: number, end: number): number {
  let next = at
  while (next < end && isSpace(text.charCodeAt(next))) next++
  return next
}

/** The end of the text in `[start, end)` without the white space that closes it. */
export function trimEnd(text: string, start: number, end: number): number {
  let last = end
  while (last > start && isSpace(text.charCodeAt(last - 1))) last--
  return last
}
