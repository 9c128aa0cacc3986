import { VALS_START } from './recognize.ts'
import { isSpace, type Source } from './source.ts'

/** What is no plain text in a value: `\${`, `${…}` and vals' `ref+…`. `end` is where text goes on. */
export type Marker =
  | { readonly kind: 'escape' | 'expression' | 'unclosed'; readonly start: number; readonly end: number }
  | { readonly kind: 'vals'; readonly start: number; readonly referenceEnd: number; readonly end: number }

/** Every marker between two indices, in order; after one that is not closed there is no other. */
export function findMarkers(source: Source, start: number, end: number): readonly Marker[] {
  // A copy of its own: a search in the whole text would run on to the end of the file for every value.
  const text = source.text.slice(start, end)
  if (!text.includes('${') && !text.includes('ref+')) return NONE
  // Made here, as a composed expression costs 0.15 ms, and a template without markers can do without.
  anyMarker ??= new RegExp(`\\\\?\\$\\{|${VALS_START.source}`, 'g')
  const markers: Marker[] = []
  for (let from = 0; from < text.length; ) {
    anyMarker.lastIndex = from
    const found = anyMarker.exec(text)
    if (!found) break
    const marker = readMarker(source, start + found.index, found[0], end)
    markers.push(marker)
    from = marker.end - start
  }
  return markers
}

const NONE: readonly Marker[] = []
let anyMarker: RegExp | undefined

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
  return close < 0 ? { kind: 'unclosed', start: at, end } : { kind: 'expression', start: at, end: close + 1 }
}

/** vals ends an expression at white space or at `+`, and leaves a last quote or comma outside. */
function findValsEnd({ text }: Source, start: number, end: number): { referenceEnd: number; end: number } {
  let last = start
  while (last < end && text[last] !== '+' && !isSpace(text.charCodeAt(last))) last++
  if (last < end && text[last] === '+') return { referenceEnd: last, end: last + 1 }
  while (last > start && (text[last - 1] === '"' || text[last - 1] === ',')) last--
  return { referenceEnd: last, end: last }
}
