import { isSpace, skipSpace } from './source.ts'

/** What stands before a value: `export NAME=`, `NAME: `, `PREFIX_*=`, or a bare `NAME`. */
export interface Head {
  readonly name: string
  readonly prefix: string | undefined // of a wildcard
  readonly valueStart: number | undefined // undefined for a bare name
}

const MAX_NAME_LENGTH = 255

/** The head of the statement at `start`, undefined where the line is none. */
export function readHead(text: string, start: number, lineEnd: number): Head | undefined {
  const first = skipExport(text, start, lineEnd)
  const nameEnd = skipName(text, first)
  const isWildcard = nameEnd < lineEnd && text[nameEnd] === '*'
  const end = isWildcard ? nameEnd + 1 : nameEnd
  const name = text.slice(first, end)
  if (name === '' || name.length > MAX_NAME_LENGTH) return undefined
  const valueStart = findValueStart(text, end, lineEnd)
  const prefix = isWildcard ? text.slice(first, nameEnd) : undefined
  if (valueStart !== undefined) return { name, prefix, valueStart }
  const next = skipSpace(text, end, lineEnd)
  const isBare = !isWildcard && name !== 'export' && (next === lineEnd || text[next] === '#')
  return isBare ? { name, prefix, valueStart } : undefined
}

// `export=1` and `export =1` set a name that happens to be export.
function skipExport(text: string, start: number, lineEnd: number): number {
  const end = start + 'export'.length
  if (!text.startsWith('export', start) || !isSpace(text.charCodeAt(end))) return start
  const next = skipSpace(text, end, lineEnd)
  const isName = next < lineEnd && (skipName(text, next) > next || text[next] === '*')
  return isName ? next : start
}

/** After `=`, or after a `:` that stands between a name and white space. */
function findValueStart(text: string, nameEnd: number, lineEnd: number): number | undefined {
  const next = skipSpace(text, nameEnd, lineEnd)
  if (next < lineEnd && text[next] === '=') return next + 1
  const isColon = text[nameEnd] === ':' && nameEnd + 1 < lineEnd && isSpace(text.charCodeAt(nameEnd + 1))
  return isColon ? nameEnd + 1 : undefined
}

// No regular expression: to compile one takes a program that has just started as long as fifty names.
function skipName(text: string, start: number): number {
  for (let at = start; ; at++) {
    const code = text.charCodeAt(at)
    const isLetter = (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a)
    const isDigit = code >= 0x30 && code <= 0x39
    // As in dotenv: `_`, `.` and `-` too.
    if (!isLetter && !isDigit && code !== 0x5f && code !== 0x2d && code !== 0x2e) return at
  }
}
