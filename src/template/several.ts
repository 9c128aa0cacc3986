/** Several references in one `${…}`, with white space in between: `${secret://tls.crt secret://tls.key}`. */
import { isReference } from './recognize.ts'
import { isSpace, type Source, skipSpace } from './source.ts'

type Span = readonly [start: number, end: number]

/**
 * Where each of them stands in `[start, end)`. White space that has no reference behind it stays where it is, for others to
 * refuse.
 */
export function splitReferences(source: Source, start: number, end: number): readonly Span[] {
  const { text } = source
  const spans: Span[] = []
  let from = start
  for (let at = start; at < end; at++) {
    if (text.startsWith('${', at)) at = endOfExpression(source, at, end)
    else if (isSpace(text.charCodeAt(at))) {
      const next = skipSpace(text, at, end)
      if (isReference(text.slice(next, Math.min(next + HEAD_LENGTH, end)))) {
        spans.push([from, at])
        from = next
      }
      at = next - 1
    }
  }
  return [...spans, [from, end]]
}

/** A reference shows what it is within so many characters. */
const HEAD_LENGTH = 256

/** The index of its brace; what is not closed is for others to refuse. */
function endOfExpression(source: Source, at: number, end: number): number {
  const close = source.closingBrace(at + 1, end)
  return close < 0 ? at + 1 : close
}
