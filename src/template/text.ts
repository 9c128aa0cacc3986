import type { Piece } from './syntax.ts'

/**
 * Adds text to the pieces of a value.
 *
 * @param escapes - in double quotes `\n` and `\r` are line ends; dotenv knows no other escape.
 */
export function pushText(pieces: Piece[], text: string, escapes: boolean): void {
  if (text === '') return
  const plain = escapes && text.includes('\\') ? text.replaceAll('\\n', '\n').replaceAll('\\r', '\r') : text
  const last = pieces[pieces.length - 1]
  if (typeof last === 'string') pieces[pieces.length - 1] = last + plain
  else pieces.push(plain)
}
