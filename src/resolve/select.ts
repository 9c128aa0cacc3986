import { SecwrapError } from '../core/errors.ts'
import { formatJson, isJsonObject, isRawNumber, type Json, parseJson } from '../core/json.ts'
import { Secret } from '../core/secret.ts'

/**
 * `#db.password`: one field of a JSON value. Text comes as it is, numbers digit for digit, booleans as
 * `true` and `false`, objects and lists as JSON.
 *
 * @param raw - the reference as written, for messages.
 * @throws SecwrapError NOT_FOUND (no such field, or null), BAD_VALUE (the secret is not JSON).
 */
export function selectField(secret: Secret, key: readonly string[], raw: string): Secret {
  let value: Json | undefined = parseJson(secret.reveal())
  if (value === undefined || typeof value !== 'object' || value === null || isRawNumber(value)) {
    throw new SecwrapError('BAD_VALUE', `${raw}: the secret is not a JSON object, so it has no fields`, {
      ref: raw,
    })
  }
  for (const name of key) value = fieldOf(value, name)
  if (value === undefined || value === null) {
    throw new SecwrapError('NOT_FOUND', `${raw}: the secret has no field ${key.join('.')}`, { ref: raw })
  }
  return new Secret(formatField(value), secret.facts)
}

/** A field of an object by its name, or an item of a list by its place. */
export function fieldOf(value: Json | undefined, name: string): Json | undefined {
  if (Array.isArray(value)) return /^(0|[1-9]\d*)$/.test(name) ? value[Number(name)] : undefined
  return isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
}

/** The fields of a JSON object that a wildcard imports; null fields are left out. */
export function fieldsOf(secret: Secret): ReadonlyMap<string, Secret> | undefined {
  const value = parseJson(secret.reveal())
  if (!isJsonObject(value)) return undefined
  const fields = Object.entries(value).filter(([, field]) => field !== null)
  return new Map(fields.map(([name, field]) => [name, new Secret(formatField(field), secret.facts)]))
}

function formatField(value: Json): string {
  return typeof value === 'string' ? value : formatJson(value)
}
