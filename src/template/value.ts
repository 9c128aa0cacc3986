import { SecwrapError } from '../core/errors.ts'
import { findMarkers } from './markers.ts'
import { recognizeReference } from './recognize.ts'
import { isPlain, isSpace, type Source, skipSpace, trimEnd } from './source.ts'
import type { ReferenceForm } from './syntax.ts'

/** Where a value stands. `end` is exclusive; the quotes are outside. */
export interface ValueSpan {
  readonly start: number
  readonly end: number
  readonly style: 'literal' | 'double' | 'plain' // literal: in single quotes or backticks, text as it stands
  readonly isQuoted: boolean // may hold line ends
  readonly form: ReferenceForm | undefined // where all of it is one reference
  readonly warning: string | undefined
}

/**
 * The value that begins at `start`, on the line that ends at `lineEnd`: what dotenv takes for it, but
 * `${…}` and references keep their `#` and their quotes.
 *
 * @throws SecwrapError BAD_TEMPLATE for a quote that never ends, or for what is almost a reference.
 */
export function findValue(source: Source, start: number, lineEnd: number): ValueSpan {
  const { text } = source
  const first = skipSpace(text, start, lineEnd)
  const quote = first < lineEnd ? text.charAt(first) : ''
  if (quote === '"' || quote === "'" || quote === '`') {
    const close = findClosingQuote(source, first, quote)
    return close < 0 ? halfQuoted(source, first, quote, lineEnd) : quotedSpan(text, first, close)
  }
  const form = recognizeReference(text.slice(first, lineEnd))
  const end = form ? findEndOfReference(source, first, lineEnd) : findEnd(source, first, lineEnd)
  return {
    start: first,
    end: trimEnd(text, first, end),
    style: 'plain',
    isQuoted: false,
    form,
    warning: undefined,
  }
}

function quotedSpan(text: string, open: number, close: number): ValueSpan {
  const isDouble = text[open] === '"'
  const inside = isDouble ? text.slice(open + 1, close) : ''
  return {
    start: open + 1,
    end: close,
    style: isDouble ? 'double' : 'literal',
    isQuoted: true,
    form: isDouble ? recognizeReference(inside) : undefined,
    warning: inside.includes('\\"') ? 'the \\ before a double quote stays, as in dotenv' : undefined,
  }
}

/** `"a" b` and `'it's'`: dotenv takes off the outer quotes where there are two, else keeps them all. */
function halfQuoted(source: Source, first: number, quote: string, lineEnd: number): ValueSpan {
  const { text } = source
  const end = trimEnd(text, first, findEnd(source, first, lineEnd))
  const last = text.lastIndexOf(quote, end - 1)
  if (last <= first) {
    throw new SecwrapError('BAD_TEMPLATE', `the quote ${quote} never ends`, {
      hint: `close it with ${quote}, or put the whole value in other quotes`,
    })
  }
  const warning = 'text after the closing quote, so the quotes inside stay, as in dotenv'
  if (last === end - 1) return { ...quotedSpan(text, first, last), isQuoted: false, warning }
  const style = quote === '"' ? 'double' : 'plain'
  return { start: first, end, style, isQuoted: false, form: undefined, warning }
}

/**
 * The quote that ends the value: the first without a backslash before it, if nothing but a comment
 * follows it on its line; else the last one with a backslash that this is true of; else -1.
 */
function findClosingQuote(source: Source, open: number, quote: string): number {
  const { text } = source
  let best = -1
  let from = open + 1
  for (;;) {
    const at = findQuote(source, from, quote)
    if (at < 0) return best
    if (endsValue(text, at + 1)) best = at
    if (text[at - 1] !== '\\') return best
    from = at + 1
  }
}

/** The next quote from `from`; in double quotes one inside `${…}` does not count. */
function findQuote(source: Source, from: number, quote: string): number {
  const { text } = source
  let at = text.indexOf(quote, from)
  let next = from
  while (at >= 0 && quote === '"') {
    const dollar = text.slice(next, at).indexOf('${')
    if (dollar < 0) return at
    const open = next + dollar
    const close = text[open - 1] === '\\' ? -1 : source.closingBrace(open + 1, text.length)
    next = (close < 0 ? open + 1 : close) + 1
    if (close > at) at = text.indexOf(quote, next)
  }
  return at
}

function endsValue(text: string, from: number): boolean {
  let at = from
  while (at < text.length && text[at] !== '\n' && isSpace(text.charCodeAt(at))) at++
  return at === text.length || text[at] === '\n' || text[at] === '#'
}

/** Where an unquoted value ends: before its comment, or with the line. */
function findEnd(source: Source, start: number, lineEnd: number): number {
  const line = source.text.slice(start, lineEnd)
  let hash = endOfText(line, start, start)
  if (hash === lineEnd) return lineEnd
  for (const marker of findMarkers(source, start, lineEnd)) {
    if (marker.start > hash || marker.kind === 'unclosed') return marker.start > hash ? hash : lineEnd
    if (marker.end > hash) hash = endOfText(line, start, marker.end)
  }
  return hash
}

function endOfText(line: string, start: number, from: number): number {
  const hash = line.indexOf('#', from - start)
  return hash < 0 ? start + line.length : start + hash
}

/** A reference ends at white space; its `#` is a key. Where no comment follows, the rest is part of the mistake. */
function findEndOfReference(source: Source, start: number, lineEnd: number): number {
  const line = source.text.slice(start, lineEnd)
  return isPlain(line) ? lineEnd : findEndInLine(source, line, start, lineEnd)
}

function findEndInLine(source: Source, line: string, start: number, lineEnd: number): number {
  END.lastIndex = 0
  let found = END.exec(line)
  while (found?.[0] === '${') {
    const close = source.closingBrace(start + found.index + 1, lineEnd)
    END.lastIndex = (close < 0 ? found.index : close - start) + 1
    found = END.exec(line)
  }
  if (!found) return lineEnd
  const next = skipSpace(line, found.index, line.length)
  return next === line.length || line[next] === '#' ? start + found.index : lineEnd
}

const END = /\s|\$\{/g
