import { asSecwrapError, SecwrapError } from '../core/errors.ts'
import type { Secret } from '../core/secret.ts'
import type { Reference } from '../core/types.ts'
import type { Need } from './plan.ts'
import { selectField } from './select.ts'

/** What reading one id came to: the secret, undefined where it does not exist, or why it can't be told. */
export type Outcome = Secret | SecwrapError | undefined

interface Judged {
  readonly secrets: Map<Reference, Secret>
  readonly missing: Map<Reference, SecwrapError>
  readonly problems: SecwrapError[]
}

/** Sorts outcomes by reference: a secret, one that does not exist, or a problem with its place. */
export function judge(needs: readonly Need[], outcomes: ReadonlyMap<string, Outcome>): Judged {
  const judged: Judged = { secrets: new Map(), missing: new Map(), problems: [] }
  for (const { reference, entry } of needs) {
    const outcome = selectFrom(outcomes.get(reference.id.uri), reference)
    if (outcome instanceof SecwrapError) {
      const problem = outcome.code === 'NOT_FOUND' ? outcome : outcome.at(entry)
      judged.missing.set(reference, problem)
      if (problem.code !== 'NOT_FOUND') judged.problems.push(problem)
    } else if (outcome) judged.secrets.set(reference, outcome)
  }
  return judged
}

function selectFrom(outcome: Outcome, { key, raw }: Reference): Outcome {
  if (!outcome || outcome instanceof SecwrapError || !key) return outcome
  try {
    return selectField(outcome, key, raw)
  } catch (error) {
    return asSecwrapError(error)
  }
}
