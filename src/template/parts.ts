import type { Part } from '../core/types.ts'

/** Adds a part; text goes on where text stands last. */
export function append(parts: Part[], part: Part): void {
  const last = parts[parts.length - 1]
  if (typeof last === 'string' && typeof part === 'string') parts[parts.length - 1] = last + part
  else parts.push(part)
}

/** The text of parts that wait for no secret. */
export function asText(parts: readonly Part[]): string | undefined {
  return parts.every(part => typeof part === 'string') ? parts.join('') : undefined
}
