import { asSecwrapError, SecwrapError } from '../core/errors.ts'
import type { Batch, Provider, ProviderContext, Resolved, SecretId, Template } from '../core/types.ts'
import { judge, type Outcome } from './judge.ts'
import { Limiter } from './limit.ts'
import { Providers } from './open.ts'
import { collectNeeds, cutBatches, type Group, groupIds } from './plan.ts'
import { retry } from './retry.ts'
import { readWildcards } from './wildcards.ts'

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

/** Reads ids of any stores, by uri. @param onRead - told how many were read, or failed, just now. */
export async function readAll(
  ids: readonly SecretId[],
  providers: Providers,
  signal: AbortSignal,
  onRead?: (count: number) => void,
): Promise<ReadonlyMap<string, Outcome>> {
  const outcomes = new Map<string, Outcome>()
  await Promise.all(groupIds(ids).map(group => readGroup(group, providers, outcomes, signal, onRead)))
  return outcomes
}

async function readGroup(
  group: Group,
  providers: Providers,
  outcomes: Map<string, Outcome>,
  signal: AbortSignal,
  onRead?: (count: number) => void,
): Promise<void> {
  const provider = await providers.open(group).catch(asSecwrapError)
  if (provider instanceof SecwrapError) {
    for (const id of group.ids) outcomes.set(id.uri, provider)
    return
  }
  const limiter = new Limiter()
  const batches = cutBatches(group, provider.batchSize)
  const read = async (batch: Batch) => {
    await readBatch(batch, provider, limiter, outcomes, signal)
    onRead?.(batch.ids.length)
  }
  await Promise.all(batches.map(read))
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
