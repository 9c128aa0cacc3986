import { SecwrapError } from '../core/errors.ts'

/** A reference taken apart, whoever's way of writing it is. */
export interface Written {
  readonly scheme: string
  readonly path: string // decoded
  readonly options: Readonly<Record<string, string>> // 'true' for one without a value
  readonly key?: readonly string[]
}

/** `path?options#fragment`; the path and the fragment still percent-encoded. */
export interface UriParts {
  readonly path: string
  readonly options: Readonly<Record<string, string>>
  readonly fragment?: string
}

/** @throws SecwrapError BAD_TEMPLATE for an option twice or a stray `%`. */
export function splitUri(text: string): UriParts {
  const hash = text.indexOf('#')
  const end = hash < 0 ? text.length : hash
  const question = text.slice(0, end).indexOf('?')
  return {
    path: text.slice(0, question < 0 ? end : question),
    options: question < 0 ? {} : splitOptions(text.slice(question + 1, end)),
    ...(hash >= 0 && { fragment: text.slice(hash + 1) }),
  }
}

function splitOptions(query: string): Readonly<Record<string, string>> {
  const options: Record<string, string> = {}
  for (const pair of query.split('&')) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const name = decodePercent(equals < 0 ? pair : pair.slice(0, equals))
    if (Object.hasOwn(options, name))
      throw new SecwrapError('BAD_TEMPLATE', `the option ${name} stands twice`)
    options[name] = equals < 0 ? 'true' : decodePercent(pair.slice(equals + 1))
  }
  return options
}

/** @throws SecwrapError BAD_TEMPLATE where a `%` begins no byte, or the bytes are not UTF-8. */
export function decodePercent(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    throw new SecwrapError('BAD_TEMPLATE', 'a % in the reference begins no percent-encoded character', {
      hint: 'write %25 for a percent sign',
    })
  }
}

/** A text as one part of a path, option or key: what means something there is encoded. */
export function encodePercent(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll('.', '%2E')
}
