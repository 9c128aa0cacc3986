import { SecwrapError } from '../core/errors.ts'
import { suggest } from '../core/suggest.ts'

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const LOWER = 'abcdefghijklmnopqrstuvwxyz'
const DIGITS = '0123456789'

/** Alphabets by name. `symbols` has what needs no quoting in a URL's path, in JSON or between a shell's quotes. */
export const ALPHABETS: Readonly<Record<string, string>> = {
  alphanumeric: UPPER + LOWER + DIGITS,
  lowercase: LOWER + DIGITS,
  digits: DIGITS,
  hex: `${DIGITS}abcdef`,
  urlsafe: `${UPPER}${LOWER}${DIGITS}-_`,
  symbols: `${UPPER}${LOWER}${DIGITS}-_.~!*+=:,@`,
}

export const MOST_CHARACTERS = 4_096

/**
 * A name of `ALPHABETS`, or the characters themselves.
 *
 * @throws SecwrapError BAD_USAGE for fewer than two different characters, and for a name that is nearly one of ours:
 * its letters would make a weak alphabet.
 */
export function parseAlphabet(text: string): string {
  if (Object.hasOwn(ALPHABETS, text)) return ALPHABETS[text] ?? ''
  const near = suggest(text, Object.keys(ALPHABETS))
  if (near) throw bad('there is no such alphabet', `did you mean --alphabet ${near}?`)
  const characters = [...new Set(text)]
  if (characters.length < 2 || !text.isWellFormed()) {
    const names = Object.keys(ALPHABETS).join(', ')
    throw bad('an alphabet has two characters or more', `--alphabet takes ${names}, or the characters`)
  }
  return characters.join('')
}

/**
 * Characters of the alphabet, each as likely as any other, from the system's generator of random numbers.
 *
 * @throws SecwrapError BAD_USAGE where `length` is not a whole number from 1 to `MOST_CHARACTERS`.
 */
export function generateText(length: number, alphabet: string): string {
  if (!Number.isInteger(length) || length < 1 || length > MOST_CHARACTERS) {
    throw bad(`the length is a whole number from 1 to ${MOST_CHARACTERS}`, '--length 32')
  }
  const characters = [...alphabet]
  let text = ''
  for (let count = 0; count < length; count++) text += characters[drawBelow(characters.length)]
  return text
}

/** From 0 up to `limit`, which is left out. What is above the last multiple of it is drawn again. */
function drawBelow(limit: number): number {
  const fair = 2 ** 32 - (2 ** 32 % limit)
  for (;;) {
    const [drawn = 0] = crypto.getRandomValues(new Uint32Array(1))
    if (drawn < fair) return drawn % limit
  }
}

function bad(message: string, hint: string): SecwrapError {
  return new SecwrapError('BAD_USAGE', message, { hint })
}
