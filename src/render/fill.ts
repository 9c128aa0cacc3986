import { textToBytes } from '../core/byte-text.ts'
import { asSecwrapError, SecwrapError } from '../core/errors.ts'
import { applyByteFilters, type Filters } from '../core/filters.ts'
import type { Secret } from '../core/secret.ts'
import type { Resolved, TemplateEntry } from '../core/types.ts'
import { evaluateParts } from '../environment/evaluate.ts'
import { referencesIn } from '../resolve/plan.ts'
import type { EmbeddedFile } from '../template/embedded.ts'

export interface Filled {
  readonly content: Uint8Array
  readonly problems: readonly SecwrapError[] // with their places, but for those that `resolved` tells
}

/**
 * A file with its secrets in it. A secret that does not exist and need not is empty.
 *
 * @param more - filters that only files have.
 */
export function fillFile(
  { pieces }: Pick<EmbeddedFile, 'pieces'>,
  resolved: Resolved,
  more: Filters = {},
): Filled {
  const filled: Uint8Array[] = []
  const problems: SecwrapError[] = []
  for (const piece of pieces) {
    try {
      filled.push(piece instanceof Uint8Array ? piece : evaluate(piece, resolved, more))
    } catch (error) {
      const problem = asSecwrapError(error)
      if (!resolved.problems.includes(problem)) problems.push(problem.at(piece as TemplateEntry))
    }
  }
  return { content: Buffer.concat(filled), problems }
}

function evaluate({ parts }: TemplateEntry, { secrets, missing }: Resolved, more: Filters): Uint8Array {
  for (const reference of referencesIn(parts)) checkText(secrets.get(reference))
  const filter = (text: string, names: readonly string[]) => applyByteFilters(text, names, more)
  return textToBytes(evaluateParts(parts, { secrets, missing, filter }) ?? '')
}

// JSON can hold half a character, which would be taken for a byte that base64decode made.
function checkText(secret: Secret | undefined): void {
  if (secret?.reveal().isWellFormed() === false) {
    throw new SecwrapError('BAD_VALUE', 'the value is not UTF-8 text')
  }
}
