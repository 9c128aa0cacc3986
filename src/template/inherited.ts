import { asSecwrapError } from '../core/errors.ts'
import { matchesAny } from '../core/glob.ts'
import type { Inherited, Place } from '../core/types.ts'
import type { Layer } from './layers.ts'
import { parseText } from './pieces.ts'
import { isReference, VALS_START } from './recognize.ts'
import { Source } from './source.ts'
import type { Findings, Piece, Statement } from './syntax.ts'
import { checkWildcard } from './wildcard.ts'

/** `--from-env`: the inherited variables that hold references, as the lowest layer. */
export function findInheritedReferences(
  inherited: Inherited,
  preferEnv: readonly string[],
  findings: Findings,
): Layer {
  const statements: Statement[] = []
  for (const [name, value] of Object.entries(inherited)) {
    if (value === undefined || !value.includes(':') || matchesAny(name, preferEnv)) continue
    const place = { file: 'environment', line: 0, name }
    const statement = readStatement(place, findings, () => ({ pieces: parseReferencesOnly(value) }))
    if (statement.problem || statement.pieces.some(piece => typeof piece === 'object')) {
      statements.push(statement)
    }
  }
  return { statements, folder: '' }
}

/** `--from REF`: what `*=REF` is in a template. */
export function parseFrom(reference: string, findings: Findings): Layer {
  const place = { file: '--from', line: 0, name: '*' }
  const statement = readStatement(place, findings, () => {
    const pieces = parseText(new Source(reference), 0, reference.length)
    return { pieces, wildcard: checkWildcard('', pieces) }
  })
  return { statements: [statement], folder: '' }
}

function readStatement(place: Place, { problems }: Findings, parse: () => Partial<Statement>): Statement {
  try {
    return { ...EMPTY, ...place, ...parse() }
  } catch (error) {
    const problem = asSecwrapError(error).at(place)
    problems.push(problem)
    return { ...EMPTY, ...place, problem }
  }
}

const EMPTY = { pieces: [], decorators: {}, wildcard: undefined, inherit: false, problem: undefined }

/** References, whole and inside; all else is the text of somebody who did not write a template. */
function parseReferencesOnly(value: string): readonly Piece[] {
  const source = new Source(value)
  if (!/\s/.test(value) && isReference(value)) return parseText(source, 0, value.length)
  const pieces: Piece[] = []
  let from = 0
  for (const [start, end] of findReferences(source)) {
    pieces.push(value.slice(from, start), ...parseText(source, start, end))
    from = end
  }
  return [...pieces, value.slice(from)].filter(piece => piece !== '')
}

function* findReferences(source: Source): Generator<readonly [start: number, end: number]> {
  const start = new RegExp(`\\$\\{|${VALS_START.source}[^+\\s]*\\+?`, 'g')
  for (const { index, 0: written } of source.text.matchAll(start)) {
    if (written !== '${') yield [index, index + written.length]
    else {
      const close = source.closingBrace(index + 1, source.text.length)
      if (close >= 0 && isReference(source.text.slice(index + 2, close))) yield [index, close + 1]
    }
  }
}
