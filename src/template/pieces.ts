import { SecwrapError } from '../core/errors.ts'
import { findMarkers, textBesideExpressions } from './markers.ts'
import { misplacedCharacter, notAnExpression, notClosed } from './mistakes.ts'
import { findReferenceEnd, readModifiers } from './modifiers.ts'
import { recognizeReference, VALS_START } from './recognize.ts'
import { splitReferences } from './several.ts'
import { isPlain, type Source } from './source.ts'
import {
  type Modifiers,
  type NamePiece,
  NO_MODIFIERS,
  type Piece,
  type ReferenceForm,
  type ReferencePiece,
} from './syntax.ts'
import { pushText } from './text.ts'
import type { ValueSpan } from './value.ts'

const MAX_DEPTH = 32
const MAX_REFERENCE_LENGTH = 4_096

/** What the text around a piece decides. */
interface Surroundings {
  readonly escapes: boolean // in double quotes
  readonly depth: number // of `${…}`
}

/**
 * What a value says.
 *
 * @throws SecwrapError BAD_TEMPLATE with what is wrong with it.
 */
export function parseValue(source: Source, { start, end, style, form }: ValueSpan): readonly Piece[] {
  if (style === 'literal') return [source.text.slice(start, end)]
  if (form) return [parseReferencePiece(source, start, end, form, 0)]
  return parsePieces(source, start, end, { escapes: style === 'double', depth: 0 })
}

/** The same for a text that no template holds, such as an inherited variable's. */
export function parseText(source: Source, start: number, end: number): readonly Piece[] {
  const form = recognizeReference(source.text.slice(start, end))
  return parseValue(source, { start, end, style: 'plain', form, isQuoted: false, warning: undefined })
}

function parsePieces(source: Source, start: number, end: number, around: Surroundings): readonly Piece[] {
  if (around.depth > MAX_DEPTH) {
    throw new SecwrapError('BAD_TEMPLATE', `\${…} is nested more than ${MAX_DEPTH} deep`)
  }
  const pieces: Piece[] = []
  let from = start
  for (const marker of findMarkers(source, start, end)) {
    pushText(pieces, source.text.slice(from, marker.start), around.escapes)
    if (marker.kind === 'unclosed') throw notClosed()
    if (marker.kind === 'escape') pushText(pieces, '${', around.escapes)
    else if (marker.kind === 'vals')
      pieces.push(parseReferencePiece(source, marker.start, marker.referenceEnd, 'vals', around.depth))
    else pieces.push(parseExpression(source, marker.start + 2, marker.end - 1, around))
    from = marker.end
  }
  pushText(pieces, source.text.slice(from, end), around.escapes)
  return pieces
}

const NAME = /^[A-Za-z_]\w*/

/** The inside of `${…}`: `NAME`, `NAME:-default`, `ssm:///prod/db|urlencode`, `secret://tls.crt secret://tls.key`. */
function parseExpression(
  source: Source,
  start: number,
  end: number,
  around: Surroundings,
): NamePiece | ReferencePiece {
  const body = source.text.slice(start, end)
  // `${ref+vault://…}` would otherwise be the name `ref` with another value for it.
  const isVals = body.includes('ref+') && body.search(VALS_START) === 0
  const name = NAME.exec(body)?.[0]
  if (name !== undefined && !isVals) {
    const modifiers = parseModifiers(source, start + name.length, end, around)
    if (modifiers) return { kind: 'name', name, ...modifiers }
  }
  const form = isVals ? 'vals' : recognizeReference(body)
  if (!form) throw notAnExpression()
  const tail = findReferenceEnd(source, start, end)
  const isOne = isPlain(source.text.slice(start, tail))
  const parse = isOne ? parseReferencePiece : parseReferencePieces
  return { ...parse(source, start, tail, form, around.depth), ...parseModifiers(source, tail, end, around) }
}

function parseModifiers(
  source: Source,
  start: number,
  end: number,
  around: Surroundings,
): Modifiers | undefined {
  const syntax = readModifiers(source, start, end)
  if (!syntax) return undefined
  const { filters, operator, wordStart } = syntax
  if (!operator) return { filters, word: [] }
  // A message is printed, so it stays the text of the template: a name in it would print a value.
  const word = operator.endsWith('?')
    ? [source.text.slice(wordStart, end)]
    : parsePieces(source, wordStart, end, { ...around, depth: around.depth + 1 })
  return { filters, operator, word }
}

/** References that fill `[start, end)`, but for white space in between. */
function parseReferencePieces(
  source: Source,
  start: number,
  end: number,
  form: ReferenceForm,
  depth: number,
): ReferencePiece {
  const [[, firstEnd] = [start, end], ...spans] = splitReferences(source, start, end)
  const reference = parseReferencePiece(source, start, firstEnd, form, depth)
  if (spans.length === 0) return reference
  const others = spans.map(([at, tail]) => {
    const own = recognizeReference(source.text.slice(at, tail)) ?? 'vals'
    return parseReferencePiece(source, at, tail, own, depth)
  })
  return { ...reference, others }
}

/** A reference that fills `[start, end)`. */
function parseReferencePiece(
  source: Source,
  start: number,
  end: number,
  form: ReferenceForm,
  depth: number,
): ReferencePiece {
  const raw = source.text.slice(start, end)
  if (raw.length > MAX_REFERENCE_LENGTH) {
    throw new SecwrapError('BAD_TEMPLATE', 'the reference is longer than any name of a secret')
  }
  const holdsNames = raw.includes('${')
  const beside = holdsNames ? textBesideExpressions(source, start, end) : raw
  if (!isPlain(beside) && isMisplaced(beside)) throw misplacedCharacter(raw, beside)
  const text = holdsNames ? parseReferenceText(source, start, end, form, depth + 1) : [raw]
  return { kind: 'reference', form, raw, text, filters: NO_MODIFIERS.filters, word: NO_MODIFIERS.word }
}

function isMisplaced(text: string): boolean {
  return /[\s|]/.test(text)
}

/** `ssm:///${APP_ENV}/key`: text and the names in it, which are looked up before the reference is read. */
function parseReferenceText(
  source: Source,
  start: number,
  end: number,
  form: ReferenceForm,
  depth: number,
): readonly (string | NamePiece)[] {
  // vault-env has templates of its own in there, which are refused as a whole.
  if (form === 'vault-env') return [source.text.slice(start, end)]
  const text: (string | NamePiece)[] = []
  let from = start
  for (const marker of findMarkers(source, start, end)) {
    if (marker.kind === 'unclosed') throw notClosed()
    if (marker.kind !== 'expression') continue
    text.push(source.text.slice(from, marker.start))
    const piece = parseExpression(source, marker.start + 2, marker.end - 1, { escapes: false, depth })
    if (piece.kind === 'reference') {
      throw new SecwrapError('BAD_TEMPLATE', 'a reference can hold names in ${…}, but no other reference')
    }
    text.push(piece)
    from = marker.end
  }
  return [...text, source.text.slice(from, end)]
}
