import { isJsonObject, type Json, numberText, parseJson } from '../core/json.ts'
import { isReserved } from './metadata.ts'
import { broken, type Format } from './tree.ts'

export type Fields = { readonly [name: string]: Json }

/**
 * The values that a file shall have.
 *
 * @param secret - a JSON object; for a binary file, its text.
 * @throws SecwrapError BAD_VALUE for what the format can't hold.
 */
export function readTarget(secret: string, format: Format): Fields {
  const target = format === 'binary' ? { data: secret } : parseJson(secret)
  if (!isJsonObject(target)) throw broken('can only hold a JSON object')
  if (!isWellFormed(target)) throw broken("can't hold text that is not UTF-8")
  if (format === 'binary') return target
  const reserved = Object.keys(target).find(name => isReserved(name, format))
  if (reserved !== undefined) throw broken(`can't hold ${reserved}: sops needs that name for itself`)
  return format === 'dotenv' ? toTexts(target) : target
}

/** Whether two values are the same, whatever the order of their names. */
export function isEqual(left: Json | undefined, right: Json | undefined): boolean {
  if (numberText(left) !== undefined) return numberText(left) === numberText(right)
  if (Array.isArray(left)) return Array.isArray(right) && isEqualList(left, right)
  if (!isJsonObject(left)) return left === right
  return isJsonObject(right) && isEqualMap(left, right)
}

function isEqualList(left: readonly Json[], right: readonly Json[]): boolean {
  return left.length === right.length && left.every((item, index) => isEqual(item, right[index]))
}

function isEqualMap(left: Fields, right: Fields): boolean {
  const names = Object.keys(left)
  const isSameSize = names.length === Object.keys(right).length
  return isSameSize && names.every(name => Object.hasOwn(right, name) && isEqual(left[name], right[name]))
}

// A dotenv file has nothing but text: 5432 is "5432" there.
function toTexts(fields: Fields): Fields {
  const entries = Object.entries(fields).map(([name, value]) => [name, toText(name, value)])
  return Object.fromEntries(entries)
}

function toText(name: string, value: Json): string {
  if (typeof value === 'string') return value
  const text = typeof value === 'boolean' ? String(value) : numberText(value)
  if (text !== undefined) return text
  throw broken(`can't hold a list, a map or null, as ${name} is one`)
}

// A half of a surrogate pair, as JSON can write it, would become another character in the file.
function isWellFormed(value: Json): boolean {
  if (typeof value === 'string') return value.isWellFormed()
  if (Array.isArray(value)) return value.every(isWellFormed)
  if (!isJsonObject(value)) return true
  return Object.entries(value).every(([name, field]) => name.isWellFormed() && isWellFormed(field))
}
