import { SecwrapError } from '../core/errors.ts'
import { applyFilters } from '../core/filters.ts'
import type { Expansion, Otherwise, Part, Reference, Resolved } from '../core/types.ts'

/** Longer texts are cut off here rather than built: no environment takes them. */
const MAX_LENGTH = 4 * 1024 * 1024

type Secrets = Pick<Resolved, 'secrets' | 'missing'> & {
  readonly filter?: typeof applyFilters // where values go that are no text
}

/**
 * The text of a value; undefined where all of it is one secret that does not exist and need not.
 * Inside a text such a secret is empty. A default that is not taken is not looked at.
 *
 * @throws SecwrapError NOT_FOUND, BAD_VALUE (a filter), BAD_TEMPLATE (`:?`).
 */
export function evaluateParts(parts: readonly Part[], resolved: Secrets): string | undefined {
  const [first] = parts
  if (parts.length === 1 && first !== undefined) return evaluatePart(first, resolved, false)
  let text = ''
  for (const part of parts) {
    text += evaluatePart(part, resolved, false) ?? ''
    if (text.length > MAX_LENGTH)
      throw new SecwrapError('BAD_VALUE', 'the value is too long for an environment')
  }
  return text
}

/** @param isCovered - a default stands by, so a missing secret is no error. */
function evaluatePart(part: Part, resolved: Secrets, isCovered: boolean): string | undefined {
  if (typeof part === 'string') return part
  return 'raw' in part ? readSecret(part, resolved, isCovered) : evaluateExpansion(part, resolved, isCovered)
}

function readSecret(
  reference: Reference,
  { secrets, missing }: Secrets,
  isCovered: boolean,
): string | undefined {
  const secret = secrets.get(reference)
  if (secret) return secret.reveal()
  if (reference.optional || isCovered) return undefined
  const { raw } = reference
  throw missing.get(reference) ?? new SecwrapError('NOT_FOUND', `${raw} does not exist`, { ref: raw })
}

function evaluateExpansion(
  { parts, filters, otherwise }: Expansion,
  resolved: Secrets,
  isCovered: boolean,
): string | undefined {
  const [first] = parts
  const covered = isCovered || otherwise !== undefined
  const found =
    parts.length === 1 && first !== undefined
      ? evaluatePart(first, resolved, covered)
      : evaluateParts(parts, resolved)
  const { filter = applyFilters } = resolved
  const text = found === undefined ? undefined : filter(found, filters)
  return otherwise ? choose(text, otherwise, resolved) : text
}

/** POSIX: with the colon an empty value counts as none. */
function choose(
  text: string | undefined,
  { operator, word }: Otherwise,
  resolved: Secrets,
): string | undefined {
  const counts = operator.startsWith(':') ? text !== undefined && text !== '' : text !== undefined
  if (operator === '+' || operator === ':+') return counts ? evaluateParts(word, resolved) : ''
  if (counts) return text
  if (operator === '-' || operator === ':-') return evaluateParts(word, resolved) ?? ''
  const [message] = word
  throw new SecwrapError(
    'NOT_FOUND',
    typeof message === 'string' && message !== '' ? message : 'the secret is missing or empty',
  )
}
