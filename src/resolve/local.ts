import { asSecwrapError } from '../core/errors.ts'
import type { ProviderContext, Resolved, SecretId, Template } from '../core/types.ts'
import { LOCAL_PROVIDERS } from '../providers/index.ts'
import { judge, type Outcome } from './judge.ts'
import { collectNeeds, groupIds } from './plan.ts'

/**
 * The same as `resolve` where all secrets are on this machine and nothing has to be waited for: the command is then
 * reached before the runtime has ended its own start, a millisecond sooner. Undefined where anything has to.
 */
export function resolveLocal(template: Template, context: ProviderContext): Resolved | undefined {
  for (const { wildcard } of template.entries) if (wildcard) return undefined
  const needs = collectNeeds(template.entries)
  const outcomes = new Map<string, Outcome>()
  // No map: the engine's first one takes as long as ten entries.
  const needed: SecretId[] = []
  for (const { reference } of needs) needed.push(reference.id)
  for (const { scheme, options, ids } of groupIds(needed)) {
    const provider = LOCAL_PROVIDERS[scheme]?.(options, context)
    if (!provider?.readNow) return undefined
    for (const id of ids) outcomes.set(id.uri, readOne(id, provider.readNow))
  }
  return { ...judge(needs, outcomes), imports: new Map() }
}

function readOne(
  id: SecretId,
  readNow: (ids: readonly SecretId[]) => ReadonlyMap<SecretId, Outcome>,
): Outcome {
  try {
    return readNow([id]).get(id)
  } catch (error) {
    return asSecwrapError(error)
  }
}
