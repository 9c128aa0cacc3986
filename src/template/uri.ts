import { SecwrapError } from '../core/errors.ts'
import { shorten } from '../core/suggest.ts'
import { isPlain } from './source.ts'

/** A reference taken apart, whoever's way of writing it is. */
export interface Written {
  readonly scheme: string
  readonly path: string // decoded
  readonly options: Readonly<Record<string, string>> // '' for one without a value
  readonly implied?: Readonly<Record<string, string>> // options that nobody can write, for what the form means
  readonly key?: readonly string[] | undefined
}

/** `path?options#fragment`; the path and the fragment still percent-encoded. */
export interface UriParts {
  readonly path: string
  readonly options: Readonly<Record<string, string>>
  readonly fragment: string | undefined
}

/** @throws SecwrapError BAD_TEMPLATE for an option twice or a stray `%`. */
export function splitUri(text: string): UriParts {
  const hash = text.indexOf('#')
  const end = hash < 0 ? text.length : hash
  const question = text.slice(0, end).indexOf('?')
  return {
    path: text.slice(0, question < 0 ? end : question),
    options: question < 0 ? NO_OPTIONS : splitOptions(text.slice(question + 1, end)),
    fragment: hash < 0 ? undefined : text.slice(hash + 1),
  }
}

const NO_OPTIONS: Readonly<Record<string, string>> = {}

function splitOptions(query: string): Readonly<Record<string, string>> {
  const options: Record<string, string> = {}
  for (const pair of query.split('&')) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const name = decodePercent(equals < 0 ? pair : pair.slice(0, equals))
    if (Object.hasOwn(options, name))
      throw new SecwrapError('BAD_TEMPLATE', `the option ${shorten(name)} is given twice`)
    options[name] = equals < 0 ? '' : decodePercent(pair.slice(equals + 1))
  }
  return options
}

/** @throws SecwrapError BAD_TEMPLATE where a `%` begins no UTF-8 character, or one that no name can have. */
export function decodePercent(text: string): string {
  if (!text.includes('%')) return text
  let decoded: string
  try {
    decoded = decodeURIComponent(text)
  } catch {
    throw new SecwrapError(
      'BAD_TEMPLATE',
      'a % in the reference does not begin a percent-encoded character',
      {
        hint: 'write %25 for a percent sign',
      },
    )
  }
  checkCharacters(decoded)
  return decoded
}

/** @throws SecwrapError BAD_TEMPLATE for a control character: in a terminal it could hide what is read. */
export function checkCharacters(text: string): void {
  if (isPlain(text) || !hasControl(text)) return
  throw new SecwrapError('BAD_TEMPLATE', 'the reference has a control character in it')
}

function hasControl(text: string): boolean {
  return /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(text)
}

/** `#db.password`; a dot in a key is `\.`, and what is percent-encoded separates nothing. */
export function parseKey(fragment: string): readonly string[] {
  const segments = fragment.includes('.') ? fragment.split(/(?<!\\)\./) : [fragment]
  if (segments.includes('')) {
    throw new SecwrapError('BAD_TEMPLATE', 'the key after # is empty', { hint: '#password or #db.password' })
  }
  return segments.map(segment => decodePercent(segment.replaceAll('\\.', '.')))
}

/** The key as a reference has it after its `#`. */
export function formatKey(key: readonly string[]): string {
  return key
    .map(name => name.replace(/[^\p{L}\p{N}_/:@~+=,*!.-]/gu, encodePercent).replaceAll('.', '\\.'))
    .join('.')
}

/** A text as one part of an option or a key: what means something there is encoded. */
export function encodePercent(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}

/** What a name stands for, inside a reference: no syntax but `/`. A dot separates keys, so it is encoded too. */
export function encodeName(text: string): string {
  return text
    .split('/')
    .map(part => encodePercent(part).replaceAll('.', '%2E'))
    .join('/')
}
