import { parseTemplate } from '../../template/parse.ts'
import type { Findings, Piece } from '../../template/syntax.ts'
import type { DotenvEntry } from './dotenv.ts'

/** An entry as a template has it, its comment behind it. */
export type Written = Pick<DotenvEntry, 'name' | 'value' | 'head' | 'raw' | 'gap' | 'comment'>

/** As a reference. */
export function writeReference(written: Written, reference: string): string {
  const { name, head } = written
  const [blank, behind] = [blankOf(written), behindOf(written)]
  const text = `${head}${blank}${reference}${behind}`
  return isReference(text, name, reference) ? text : `${name}=${reference}${behind}`
}

/** As text that comes to the same value: as it stands where that will do. Undefined where nothing does. */
export function writeText(written: Written): string | undefined {
  const { name, value, head, raw, gap, comment } = written
  const [blank, behind] = [blankOf(written), behindOf(written)]
  const bodies = quote(value).flatMap(body => [
    [`${head}${blank}`, body, behind],
    [`${name}=`, body, behind],
  ])
  const candidates = [[head, raw, `${gap}${comment}`], ...bodies]
  const found = candidates.find(
    candidate => endsAlone(candidate[1] ?? '') && isText(candidate.join(''), name, value),
  )
  return found?.join('')
}

function blankOf({ raw }: Written): string {
  return /^[ \t]*/.exec(raw)?.[0] ?? ''
}

function behindOf({ gap, comment }: Written): string {
  if (comment === '') return ''
  return (/^[ \t]+$/.test(gap) ? gap : ' ') + comment
}

function quote(value: string): readonly string[] {
  const escaped = value.replaceAll('${', '\\${')
  const inDouble = escaped.replaceAll('\n', '\\n').replaceAll('\r', '\\r')
  return [`'${value}'`, `\`${value}\``, `"${escaped}"`, `"${inDouble}"`, escaped]
}

/** Whether a quote with a backslash before it ends the value would depend on the lines that follow. */
function endsAlone(body: string): boolean {
  const quote = body.trimStart().charAt(0)
  return !/['"`]/.test(quote) || !body.includes(`\\${quote}`)
}

function isText(text: string, name: string, value: string): boolean {
  const pieces = parseOne(text, name)
  return pieces !== undefined && pieces.length <= 1 && (pieces[0] ?? '') === value
}

function isReference(text: string, name: string, reference: string): boolean {
  const [piece, ...others] = parseOne(text, name) ?? []
  return (
    typeof piece === 'object' && piece.kind === 'reference' && piece.raw === reference && others.length === 0
  )
}

/** What secwrap reads from a text that is to be one entry. Undefined where it is not that, or gives cause for a warning. */
function parseOne(text: string, name: string): readonly Piece[] | undefined {
  const findings: Findings = { problems: [], warnings: [] }
  const [statement, ...others] = parseTemplate(text, '', findings)
  const isClean = findings.problems.length === 0 && findings.warnings.length === 0 && others.length === 0
  if (!isClean || !statement || statement.inherit || statement.wildcard || statement.name !== name)
    return undefined
  return statement.pieces
}
