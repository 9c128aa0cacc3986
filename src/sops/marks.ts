import type { Json } from '../core/json.ts'
import { isJsonObject, numberText } from '../core/json.ts'
import { readJsonNumber } from './numbers.ts'
import type { Plain } from './tree.ts'

/** A new value whose scalars are marks. */
export type Marked = string | readonly Marked[] | ReadonlyMap<string, Marked>

/**
 * Stand-ins for new scalars. Whether a value is sealed depends on where it stands and what comments are
 * above it, so it is put into the text as a mark first; reading that text then tells.
 */
export class Marks {
  readonly #prefix = `mark_${crypto.getRandomValues(new Uint8Array(16)).toHex()}_`
  readonly #plains = new Map<string, Plain>()

  /** @param value - text, numbers, booleans, null, and lists and maps of them. */
  set(value: Json): Marked {
    if (isJsonObject(value))
      return new Map(Object.entries(value).map(([name, field]) => [name, this.set(field)]))
    if (Array.isArray(value)) return value.map(item => this.set(item))
    const mark = `${this.#prefix}${this.#plains.size}`
    this.#plains.set(mark, toPlain(value as Exclude<Json, readonly Json[]>))
    return mark
  }

  get(text: string): Plain | undefined {
    return this.#plains.get(text)
  }
}

function toPlain(value: Json): Plain {
  const number = numberText(value)
  if (number !== undefined) return readJsonNumber(number)
  if (typeof value === 'boolean') return { type: 'bool', text: value ? 'True' : 'False' }
  return typeof value === 'string' ? { type: 'str', text: value } : { type: 'null', text: '' }
}
