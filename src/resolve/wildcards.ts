import { asSecwrapError, SecwrapError } from '../core/errors.ts'
import type { Secret } from '../core/secret.ts'
import type { Provider, Reference, Resolved, TemplateEntry } from '../core/types.ts'
import type { Providers } from './open.ts'
import { referencesIn } from './plan.ts'
import { retry } from './retry.ts'
import { fieldsOf, selectField } from './select.ts'

type Imports = Pick<Resolved, 'imports' | 'problems'>

/** `*=ssm:///prod/` and `CACHE_*=vault://secret/cache`: every secret below a path, or every field of a map. */
export async function readWildcards(
  entries: readonly TemplateEntry[],
  providers: Providers,
  signal: AbortSignal,
): Promise<Imports> {
  const imports = new Map<TemplateEntry, ReadonlyMap<string, Secret>>()
  const problems: SecwrapError[] = []
  const wildcards = entries.filter(entry => entry.wildcard)
  await Promise.all(
    wildcards.map(async entry => {
      const result = await readWildcard(entry, providers, signal)
      if (result instanceof SecwrapError) problems.push(result)
      else imports.set(entry, result)
    }),
  )
  return { imports, problems }
}

async function readWildcard(
  entry: TemplateEntry,
  providers: Providers,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Secret> | SecwrapError> {
  const [reference] = referencesIn(entry.parts)
  if (!reference) return new Map()
  try {
    const provider = await providers.open(reference.id)
    const found = await retry(() => readBelow(reference, provider, signal), signal)
    if (found || reference.optional) return found ?? new Map()
    throw new SecwrapError('NOT_FOUND', `${reference.raw} does not exist`, { ref: reference.raw })
  } catch (error) {
    return asSecwrapError(error).at(entry)
  }
}

async function readBelow(
  { id, key, raw }: Reference,
  provider: Provider,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Secret> | undefined> {
  if (id.path.endsWith('/')) {
    const found = await provider.readPrefix?.(id, signal)
    if (found) return provider.holdsMaps ? fieldsBelow(found) : found
    throw new SecwrapError('BAD_TEMPLATE', `${raw}: ${id.scheme}:// can import one map, not a prefix`, {
      ref: raw,
    })
  }
  const secret = (await provider.read([id], signal)).get(id)
  if (secret instanceof SecwrapError) throw secret
  if (!secret) return undefined
  const fields = fieldsOf(key ? selectField(secret, key, raw) : secret)
  if (!fields)
    throw new SecwrapError('BAD_VALUE', `${raw}: the secret is not a JSON object, so it has no fields`)
  return fields
}

/** Of a map that has nothing but `value` that field goes by the name of the secret, as `copy` makes it of a text. */
function fieldsBelow(secrets: ReadonlyMap<string, Secret>): ReadonlyMap<string, Secret> {
  const all = new Map<string, Secret>()
  for (const [name, secret] of secrets) {
    const fields = fieldsOf(secret) ?? new Map<string, Secret>()
    const only = fields.size === 1 ? fields.get('value') : undefined
    if (only) all.set(name, only)
    else for (const [field, value] of fields) all.set(`${name}/${field}`, value)
  }
  return all
}
