import { formatJson, isJsonObject, type Json, parseJson } from '../core/json.ts'
import type { Secret } from '../core/secret.ts'

/** Whether two secrets are one text, or two JSON objects that mean the same: stores sort the names of a map. */
export function sameValue(a: Secret, b: Secret): boolean {
  if (a.equals(b)) return true
  const [left, right] = [parseJson(a.reveal()), parseJson(b.reveal())]
  return isJsonObject(left) && isJsonObject(right) && sameField(left, right)
}

/** Whether `#key` gives the same for both: 5432 and "5432" are the same to a reader. */
export function sameField(a: Json, b: Json): boolean {
  return textOf(a) === textOf(b)
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : formatJson(sortNames(value))
}

function sortNames(value: Json): Json {
  if (Array.isArray(value)) return value.map(sortNames)
  if (!isJsonObject(value)) return value
  const entries = Object.entries(value).map(([name, field]) => [name, sortNames(field)] as const)
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}
