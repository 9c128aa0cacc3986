/** `#key` where it is written: one field of a JSON object is set or taken out, and everything else stays as it is. */
import { SecwrapError } from '../core/errors.ts'
import { formatJson, isJsonObject, type Json, parseJson } from '../core/json.ts'
import { Secret } from '../core/secret.ts'
import { fieldOf } from './select.ts'

type Fields = Readonly<Record<string, Json>>

/**
 * The secret with one field set. Objects on the way to it are made where they are missing; an item of a list
 * can be replaced, and one added at its end.
 *
 * @param secret - undefined where there is none yet.
 * @param uri - for messages.
 * @throws SecwrapError BAD_VALUE where the secret, or what is on the way to the field, is no JSON object.
 */
export function setField(
  secret: Secret | undefined,
  key: readonly string[],
  value: Json,
  uri: string,
): Secret {
  const fields = secret === undefined ? {} : parseFields(secret, uri)
  return new Secret(formatJson(setIn(fields, key, value, uri)))
}

/**
 * The secret with many fields set, all in the object at `base`; [] is the secret itself. Of one that is there
 * already the place stays.
 *
 * @throws SecwrapError BAD_VALUE.
 */
export function setFields(
  secret: Secret | undefined,
  base: readonly string[],
  added: Fields,
  uri: string,
): Secret {
  const fields = secret === undefined ? {} : parseFields(secret, uri)
  const old = base.reduce<Json | undefined>(fieldOf, fields) ?? {}
  if (!isJsonObject(old)) throw notAnObject(base.at(-1) ?? '', uri)
  const merged = Object.fromEntries([...Object.entries(old), ...Object.entries(added)])
  return new Secret(formatJson(base.length === 0 ? merged : setIn(fields, base, merged, uri)))
}

/** The secret without one field; undefined where it has no such field. @throws SecwrapError BAD_VALUE. */
export function deleteField(secret: Secret, key: readonly string[], uri: string): Secret | undefined {
  const changed = deleteIn(parseFields(secret, uri), key)
  return changed === undefined ? undefined : new Secret(formatJson(changed))
}

/** @throws SecwrapError BAD_VALUE. */
export function parseFields(secret: Secret, uri: string): Fields {
  const value = parseJson(secret.reveal())
  if (isJsonObject(value)) return value
  throw new SecwrapError('BAD_VALUE', `${uri}: the secret is not a JSON object, so it has no fields`, {
    ref: uri,
  })
}

function setIn(
  holder: Json | undefined,
  [name = '', ...rest]: readonly string[],
  value: Json,
  uri: string,
): Json {
  if (holder !== undefined && !isJsonObject(holder) && !Array.isArray(holder)) throw notAnObject(name, uri)
  const old = fieldOf(holder, name)
  const child = rest.length === 0 ? value : setIn(old ?? undefined, rest, value, uri)
  if (Array.isArray(holder)) return setItem(holder, name, child, uri)
  return setEntry(isJsonObject(holder) ? holder : {}, name, child)
}

function setItem(list: readonly Json[], name: string, value: Json, uri: string): Json {
  if (fieldOf(list, name) !== undefined) return list.with(Number(name), value)
  if (name === String(list.length)) return [...list, value]
  throw new SecwrapError('BAD_VALUE', `${uri}: ${name} is not a place in a list`, {
    ref: uri,
  })
}

// Entries, and no assignment, which would take `__proto__` for something else.
function setEntry(fields: Fields, name: string, value: Json): Fields {
  if (!Object.hasOwn(fields, name)) return Object.fromEntries([...Object.entries(fields), [name, value]])
  return Object.fromEntries(
    Object.entries(fields).map(([each, old]) => [each, each === name ? value : old] as const),
  )
}

function deleteIn(holder: Json | undefined, [name = '', ...rest]: readonly string[]): Json | undefined {
  const child = fieldOf(holder, name)
  if (child === undefined) return undefined
  const changed = rest.length === 0 ? undefined : deleteIn(child, rest)
  if (rest.length > 0 && changed === undefined) return undefined
  if (Array.isArray(holder))
    return holder.toSpliced(Number(name), 1, ...(changed === undefined ? [] : [changed]))
  const fields = isJsonObject(holder) ? holder : {}
  if (changed !== undefined) return setEntry(fields, name, changed)
  return Object.fromEntries(Object.entries(fields).filter(([each]) => each !== name))
}

function notAnObject(name: string, uri: string): SecwrapError {
  return new SecwrapError('BAD_VALUE', `${uri}: what should have the field ${name} is not a JSON object`, {
    ref: uri,
  })
}
