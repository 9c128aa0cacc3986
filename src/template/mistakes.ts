import { SecwrapError } from '../core/errors.ts'
import type { Piece } from './syntax.ts'

const AS_TEXT = 'write \\${ for a literal ${, or put the value in single quotes'

// What stands there is not shown: in a .env that was never a template it may be half a password.
export function notAnExpression(): SecwrapError {
  return new SecwrapError('BAD_TEMPLATE', 'a ${…} is neither a name nor a reference', { hint: AS_TEXT })
}

export function notClosed(): SecwrapError {
  return new SecwrapError('BAD_TEMPLATE', '${ is never closed', { hint: AS_TEXT })
}

/** @param beside - the reference without the `${…}` in it. */
export function misplacedCharacter(raw: string, beside: string): SecwrapError {
  if (!/\s/.test(beside)) {
    return new SecwrapError('BAD_TEMPLATE', 'a filter needs ${…} around the reference', {
      hint: `\${${raw}}`,
    })
  }
  return new SecwrapError('BAD_TEMPLATE', 'the reference has white space in it', {
    hint: 'write %20 for a space, or put the value in single quotes if it is plain text',
  })
}

/** `${NAME:?message}`: the message is the template's own text. */
export function notSet(name: string, [message]: readonly Piece[]): SecwrapError {
  const text = typeof message === 'string' && message !== '' ? message : 'is not set or empty'
  return new SecwrapError('BAD_TEMPLATE', `\${${name}}: ${text}`)
}
