import { isMap, isScalar, LineCounter, parseDocument, visit, type YAMLError } from 'yaml'
import { SecwrapError } from '../../core/errors.ts'
import { isJsonObject, parseJson } from '../../core/json.ts'
import { toJson } from '../../providers/shared/formats.ts'
import type { Entries } from './read.ts'

/** The fields of a YAML map, numbers digit for digit where JSON can have them. */
export async function parseYamlFile(text: string, file: string): Promise<Entries> {
  const lines = new LineCounter()
  const document = parseDocument(text, { logLevel: 'error', lineCounter: lines, prettyErrors: false })
  const problems = document.errors.map(error => problemOf(error, lines, file))
  if (problems.length > 0) return { entries: [], problems }
  visit(document, {
    Scalar: (_, { value, range }) => {
      if (value instanceof Uint8Array) problems.push(binaryAt(lineIn(lines, range?.[0]), file))
    },
  })
  const fields = parseJson(await toJson(text, 'yaml', file))
  if (!isJsonObject(fields)) throw new SecwrapError('BAD_VALUE', `${file} is not a YAML map`)
  const lineOf = findLines(document.contents, lines)
  return {
    entries: Object.entries(fields).map(([name, value]) => ({ name, line: lineOf.get(name) ?? 0, value })),
    problems,
  }
}

function findLines(contents: unknown, lines: LineCounter): ReadonlyMap<string, number> {
  if (!isMap(contents)) return new Map()
  return new Map(
    contents.items.flatMap(({ key }) =>
      isScalar(key) ? [[String(key.value), lineIn(lines, key.range?.[0])] as const] : [],
    ),
  )
}

// Its message quotes the file.
function problemOf({ code, pos }: YAMLError, lines: LineCounter, file: string): SecwrapError {
  const fact = code === 'DUPLICATE_KEY' ? 'a name is set twice' : 'this is not valid YAML'
  return new SecwrapError('BAD_VALUE', fact, { place: { file, line: lineIn(lines, pos[0]), name: '' } })
}

function binaryAt(line: number, file: string): SecwrapError {
  return new SecwrapError('BAD_VALUE', 'the value is binary', { place: { file, line, name: '' } })
}

function lineIn(lines: LineCounter, offset: number | undefined): number {
  return offset === undefined ? 0 : lines.linePos(offset).line
}
