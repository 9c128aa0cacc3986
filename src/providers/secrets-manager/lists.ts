/** The secrets whose names begin with a path, and the versions of one: without values. */
import {
  ListSecretsCommand,
  type ListSecretsCommandInput,
  ListSecretVersionIdsCommand,
  type SecretListEntry,
  type SecretVersionsListEntry,
} from '@aws-sdk/client-secrets-manager'
import { SecwrapError } from '../../core/errors.ts'
import type { Listed, SecretId, Version } from '../../core/types.ts'
import { idAt } from '../shared/listed.ts'
import { iteratePages } from '../shared/pages.ts'
import type { AskSecretsManager } from './sdk.ts'

const PAGE = { MaxResults: 100 }
const CURRENT = 'AWSCURRENT'

/** @throws SecwrapError BAD_USAGE for a version or stage. */
export function listSecrets(
  ask: AskSecretsManager,
  prefix: SecretId,
  signal: AbortSignal,
): AsyncIterable<Listed> {
  const { path, uri, version } = prefix
  if (version !== undefined)
    throw new SecwrapError('BAD_USAGE', `${uri}: a list is of the newest versions`, { ref: uri })
  const filters: ListSecretsCommandInput = path === '' ? {} : { Filters: [{ Key: 'name', Values: [path] }] }
  const question = { id: prefix, action: 'ListSecrets', deed: 'listing', signal } as const
  return iteratePages(async token => {
    const input = { ...PAGE, ...filters, ...(token && { NextToken: token }) }
    const answer = await ask(question, async (client, options) => {
      const { SecretList, NextToken } = await client.send(new ListSecretsCommand(input), options)
      return SecretList && { items: SecretList, next: NextToken || undefined }
    })
    const { items = [], next } = answer ?? {}
    // The store's filter does not tell upper from lower case everywhere.
    const below = items.filter(({ Name = '' }) => Name.startsWith(path))
    return { items: below.map(found => listedOf(found, prefix)), next }
  })
}

/** AWSCURRENT first, then newest first; undefined where there is no such secret. */
export async function readHistory(
  ask: AskSecretsManager,
  id: SecretId,
  signal: AbortSignal,
): Promise<readonly Version[] | undefined> {
  const question = { id, action: 'ListSecretVersionIds', deed: 'listing', signal } as const
  const found: SecretVersionsListEntry[] = []
  let next: string | undefined
  do {
    const input = { SecretId: id.path, IncludeDeprecated: true, ...PAGE, ...(next && { NextToken: next }) }
    const answer = await ask(question, async (client, options) => {
      const { Versions, NextToken } = await client.send(new ListSecretVersionIdsCommand(input), options)
      return Versions && { Versions, NextToken }
    })
    if (!answer) return undefined
    found.push(...answer.Versions)
    next = answer.NextToken
  } while (next)
  return found.sort(byAge).map(versionOf)
}

export function versionOf({
  VersionId = '',
  VersionStages = [],
  CreatedDate,
}: Pick<SecretVersionsListEntry, 'VersionId' | 'VersionStages' | 'CreatedDate'>): Version {
  return {
    id: VersionId,
    state: VersionStages.includes(CURRENT) ? 'current' : 'previous',
    ...(CreatedDate && { createdAt: CreatedDate }),
    ...(VersionStages.length > 0 && { labels: VersionStages }),
  }
}

/** A version of a rotation under way is younger than the current one. */
function byAge(a: SecretVersionsListEntry, b: SecretVersionsListEntry): number {
  const [left, right] = [a, b].map(({ VersionStages = [] }) => Number(VersionStages.includes(CURRENT)))
  return (right ?? 0) - (left ?? 0) || timeOf(b) - timeOf(a)
}

function timeOf({ CreatedDate }: SecretVersionsListEntry): number {
  return CreatedDate?.getTime() ?? 0
}

function listedOf(
  { Name = '', LastChangedDate, SecretVersionsToStages = {} }: SecretListEntry,
  prefix: SecretId,
): Listed {
  const [version] =
    Object.entries(SecretVersionsToStages).find(([, stages]) => stages.includes(CURRENT)) ?? []
  return {
    id: idAt(Name, prefix),
    ...(version !== undefined && { version }),
    ...(LastChangedDate && { updatedAt: LastChangedDate }),
  }
}
