/**
 * A .env file in what its readers have in common: `dotenv` for Node, python-dotenv and Docker Compose.
 *
 * How they differ: python-dotenv works out `${NAME}` in every value, quoted or not, Compose `$NAME` outside of single
 * quotes; in single quotes python-dotenv knows `\\` and `\'`; in double quotes all know `\n` and `\r`, but no other
 * escape is common to them.
 */
import { type Format, isPlain, refuseValue } from './format.ts'

export const format: Format = { writeVariable: (name, value) => `${name}=${writeValue(value)}` }

function writeValue(value: string): string {
  if (/\$\{[^}:]*(?::-[^}]*)?\}/.test(value)) refuseValue('has ${…}, which python-dotenv expands')
  if (value === '' || isPlain(value)) return value
  if (fitsSingleQuotes(value)) return `'${value}'`
  if (value.includes('$'))
    refuseValue('has $ beside what single quotes do not hold, so Compose would expand it')
  if (!/["\\]/.test(value)) return `"${value.replaceAll('\n', '\\n').replaceAll('\r', '\\r')}"`
  if (fitsUnquoted(value)) return value
  return refuseValue('has quotes or backslashes that readers of .env files do not agree on')
}

// A raw carriage return is read as a newline; a backslash before the closing quote keeps it from closing.
function fitsSingleQuotes(value: string): boolean {
  return !/['\r]|\\\\|\\$/.test(value)
}

function fitsUnquoted(value: string): boolean {
  return /^[^\s\p{C}'"`#](?:[^#\r\n\p{Zl}\p{Zp}]*[^#\s\p{C}])?$/u.test(value)
}
