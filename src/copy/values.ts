/**
 * One value in two kinds of store: those that hold texts, and those that hold maps (Vault's KV, sealed files). A
 * text goes into a map as its field `value`, and comes out of it as it was.
 */
import { formatJson, isJsonObject, isRawNumber, type Json, parseJson } from '../core/json.ts'

type Fields = Readonly<Record<string, Json>>

/** A text that is a JSON object becomes the map itself, so that `#key` finds its fields there as well. */
export function toMap(value: Json): Fields {
  const map = typeof value === 'string' ? parseJson(value) : value
  const isMap = isJsonObject(map) && (typeof value !== 'string' || !isWrapped(map))
  return isMap ? map : { [WRAPPED]: value }
}

export function toText(value: Json): string {
  if (typeof value === 'string') return value
  return isJsonObject(value) && isWrapped(value) ? String(value[WRAPPED]) : formatJson(value)
}

/** As one field of a map, which may hold maps again. */
export function toField(value: Json): Json {
  return isJsonObject(value) && isWrapped(value) ? String(value[WRAPPED]) : value
}

/** Numbers that floating point would change, as text: to a reader of `#key` they are the same. */
export function keepDigits(value: Json): Json {
  if (isRawNumber(value)) return String(Number(value.rawJSON)) === value.rawJSON ? value : value.rawJSON
  if (Array.isArray(value)) return value.map(keepDigits)
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, keepDigits(field)] as const))
}

/** The field that a text has in a map of its own. */
export const WRAPPED = 'value'

function isWrapped(fields: Fields): boolean {
  const [name, ...others] = Object.keys(fields)
  return name === WRAPPED && others.length === 0 && typeof fields[WRAPPED] === 'string'
}
