import { SecwrapError } from '../core/errors.ts'
import { VALS_START } from './recognize.ts'
import { isSpace, type Source } from './source.ts'

/** What is no plain text in a value: `\${`, `${…}` and vals' `ref+…`. `end` is where text goes on. */
export type Marker =
  | { readonly kind: 'escape' | 'expression'; readonly start: number; readonly end: number }
  | { readonly kind: 'vals'; readonly start: number; readonly referenceEnd: number; readonly end: number }

/**
 * Every marker between two indices, in order.
 *
 * @throws SecwrapError BAD_TEMPLATE for a `${` without its `}`.
 */
export function findMarkers(source: Source, start: number, end: number): readonly Marker[] {
  const markers: Marker[] = []
  let marker = findMarker(source, start, end, end)
  while (marker) {
    markers.push(marker)
    marker = findMarker(source, marker.end, end, end)
  }
  return markers
}

/**
 * The first marker that begins in `[start, end)` and ends before `limit`.
 *
 * @throws SecwrapError BAD_TEMPLATE for a `${` without its `}`.
 */
export function findMarker(source: Source, start: number, end: number, limit: number): Marker | undefined {
  const found = MARKER.exec(source.text.slice(start, end))
  return found ? readMarker(source, start + found.index, found[0], limit) : undefined
}

const MARKER = new RegExp(`\\\\?\\$\\{|${VALS_START.source}`)

/** The text in `[start, end)` that is in no `${…}`. */
export function textBesideExpressions(source: Source, start: number, end: number): string {
  let text = ''
  let from = start
  for (const marker of findMarkers(source, start, end)) {
    if (marker.kind !== 'expression') continue
    text += source.text.slice(from, marker.start)
    from = marker.end
  }
  return text + source.text.slice(from, end)
}

function readMarker(source: Source, at: number, written: string, end: number): Marker {
  if (written === '\\${') return { kind: 'escape', start: at, end: at + 3 }
  if (written !== '${') return { kind: 'vals', start: at, ...findValsEnd(source, at + written.length, end) }
  const close = source.closingBrace(at + 1, end)
  if (close >= 0) return { kind: 'expression', start: at, end: close + 1 }
  throw new SecwrapError('BAD_TEMPLATE', '${ is never closed', {
    hint: 'write \\${ for a literal ${, or put the value in single quotes',
  })
}

/** vals ends an expression at white space or at `+`, and leaves a last quote or comma outside. */
function findValsEnd({ text }: Source, start: number, end: number): { referenceEnd: number; end: number } {
  let last = start
  while (last < end && text[last] !== '+' && !isSpace(text.charCodeAt(last))) last++
  if (last < end && text[last] === '+') return { referenceEnd: last, end: last + 1 }
  while (last > start && (text[last - 1] === '"' || text[last - 1] === ',')) last--
  return { referenceEnd: last, end: last }
}
