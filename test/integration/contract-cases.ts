import { inspect } from 'node:util'
import { expect } from '@jest/globals'
import { SecwrapError } from '../../src/core/errors.ts'
import { findLeaks } from '../helpers/leaks.ts'

/** For reads that must succeed, on a machine that is busy. */
export const DEADLINE_MS = 20_000

/** Shapes that a store, a header or a parser could get wrong. */
export const VALUES: [shape: string, text: string][] = [
  ['empty', ''],
  ['one character', 'x'],
  ['4 KiB', 'k'.repeat(4096)],
  ['many lines', '-----BEGIN KEY-----\nabc+/=\r\ndef\n-----END KEY-----'],
  ['a blank at both ends', ' \t padded \t '],
  ['dollars', '$HOME ${HOME} $$ \\${X} `id` $(id)'],
  ['quotes', `"double" 'single' \\"escaped\\" \\n`],
  ['UTF-8', 'žluťoučký кůň 🐎 \u00a0\u200b\u2028 é é'],
  ['JSON', '{"user":"app","port":5432,"nested":{"a":[1,null,true]}}'],
  ['JSON that is not canonical', '{ "b" : 1.0, "a" : 12345678901234567890, "b" : "<&>" }'],
  ['a number', '12345678901234567890'],
  ['a number with zeros', '007.50'],
  ['true', 'true'],
  ['null', 'null'],
  ['a reference', 'ssm:///prod/db/password?version=3#key'],
  ['signs of a URL', 'a%20b%2Fc+d&e=f#g?h;i:j@k'],
  ['control characters', 'a\u0001b\u001b[31mc\u007fd'],
  ['markup', '<a href="x">&amp;</a> ]]>'],
]

/**
 * The SecwrapError that `read` ends with; fails if it succeeds, throws something else, or shows one of the
 * planted texts anywhere in the error.
 */
export async function failureOf(
  read: () => Promise<unknown>,
  planted: readonly string[],
): Promise<SecwrapError> {
  const error = await read().then(
    () => new Error('the read succeeded'),
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(SecwrapError)
  const failure = error as SecwrapError
  const { message, stack, details, cause } = failure
  const shown = [
    message,
    stack,
    JSON.stringify(details),
    inspect(failure, { depth: 9, showHidden: true }),
    inspect(cause),
  ]
  expect(findLeaks(planted, shown.join('\n'))).toEqual([])
  return failure
}
