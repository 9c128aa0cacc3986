import { asSecwrapError, SecwrapError } from '../core/errors.ts'
import type { Secret } from '../core/secret.ts'
import type {
  Batch,
  Provider,
  ProviderContext,
  Reference,
  Resolved,
  SecretId,
  Template,
} from '../core/types.ts'
import { Limiter } from './limit.ts'
import { Providers } from './open.ts'
import { collectNeeds, cutBatches, type Group, groupIds, type Need } from './plan.ts'
import { retry } from './retry.ts'
import { selectField } from './select.ts'
import { readWildcards } from './wildcards.ts'

/** What reading one id came to: the secret, undefined where it does not exist, or why it can't be told. */
type Outcome = Secret | SecwrapError | undefined

/**
 * References → secrets: every store side by side, equal ids once, batches full.
 * Failures are gathered with their places, so one run shows them all.
 */
export async function resolve(
  template: Template,
  context: ProviderContext,
  signal: AbortSignal,
): Promise<Resolved> {
  const providers = new Providers(context)
  const needs = collectNeeds(template.entries)
  const [outcomes, imported] = await Promise.all([
    readAll(
      needs.map(({ reference }) => reference.id),
      providers,
      signal,
    ),
    readWildcards(template.entries, providers, signal),
  ])
  await providers.close()
  const resolved = judge(needs, outcomes)
  return { ...resolved, imports: imported.imports, problems: [...resolved.problems, ...imported.problems] }
}

async function readAll(
  ids: readonly SecretId[],
  providers: Providers,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Outcome>> {
  const outcomes = new Map<string, Outcome>()
  await Promise.all(groupIds(ids).map(group => readGroup(group, providers, outcomes, signal)))
  return outcomes
}

async function readGroup(
  group: Group,
  providers: Providers,
  outcomes: Map<string, Outcome>,
  signal: AbortSignal,
): Promise<void> {
  const provider = await providers.open(group).catch(asSecwrapError)
  if (provider instanceof SecwrapError) {
    for (const id of group.ids) outcomes.set(id.uri, provider)
    return
  }
  const limiter = new Limiter()
  const batches = cutBatches(group, provider.batchSize)
  await Promise.all(batches.map(batch => readBatch(batch, provider, limiter, outcomes, signal)))
}

async function readBatch(
  { ids }: Batch,
  provider: Provider,
  limiter: Limiter,
  outcomes: Map<string, Outcome>,
  signal: AbortSignal,
): Promise<void> {
  try {
    const found = await retry(() => limiter.run(() => provider.read(ids, signal)), signal)
    for (const id of ids) outcomes.set(id.uri, found.get(id))
  } catch (error) {
    const problem = asSecwrapError(error)
    for (const id of ids) outcomes.set(id.uri, problem)
  }
}

interface Judged {
  readonly secrets: Map<Reference, Secret>
  readonly missing: Map<Reference, SecwrapError>
  readonly problems: SecwrapError[]
}

/** Sorts outcomes by reference: a secret, one that does not exist, or a problem with its place. */
function judge(needs: readonly Need[], outcomes: ReadonlyMap<string, Outcome>): Judged {
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
