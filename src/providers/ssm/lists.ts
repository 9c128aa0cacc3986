/** What there is below a path, and the versions of one parameter: by calls that decrypt nothing. */
import {
  DescribeParametersCommand,
  GetParameterHistoryCommand,
  type ParameterHistory,
  type ParameterMetadata,
} from '@aws-sdk/client-ssm'
import { SecwrapError } from '../../core/errors.ts'
import type { Listed, SecretId, Version } from '../../core/types.ts'
import { idAt } from '../shared/listed.ts'
import { iteratePages } from '../shared/pages.ts'
import type { AskParameterStore } from './sdk.ts'

/** Fifty a page, where GetParametersByPath has ten, and values with them. */
const PAGE = { MaxResults: 50 }

/** @throws SecwrapError BAD_USAGE for a prefix that no path can have. */
export function listParameters(
  ask: AskParameterStore,
  prefix: SecretId,
  signal: AbortSignal,
): AsyncIterable<Listed> {
  const filters = filtersFor(prefix)
  const question = { id: prefix, action: 'DescribeParameters', deed: 'listing', signal } as const
  return iteratePages(async token => {
    const input = { ...PAGE, ...filters, ...(token && { NextToken: token }) }
    const answer = await ask(question, async (client, options) => {
      const { Parameters, NextToken } = await client.send(new DescribeParametersCommand(input), options)
      return Parameters && { items: Parameters, next: NextToken || undefined }
    })
    const { items = [], next } = answer ?? {}
    return { items: items.map(found => listedOf(found, prefix)), next }
  })
}

/** Newest first; undefined where there is no such parameter. */
export async function readHistory(
  ask: AskParameterStore,
  id: SecretId,
  signal: AbortSignal,
): Promise<readonly Version[] | undefined> {
  const question = { id, action: 'GetParameterHistory', deed: 'listing', signal } as const
  const found: ParameterHistory[] = []
  let next: string | undefined
  do {
    const input = { Name: id.path, ...PAGE, ...(next && { NextToken: next }) }
    const answer = await ask(question, async (client, options) => {
      const { Parameters, NextToken } = await client.send(new GetParameterHistoryCommand(input), options)
      return Parameters && { Parameters, NextToken }
    })
    if (!answer) return undefined
    found.push(...answer.Parameters)
    next = answer.NextToken
  } while (next)
  return found
    .sort((a, b) => (b.Version ?? 0) - (a.Version ?? 0))
    .map((parameter, index) => versionOf(parameter, index === 0 ? 'current' : 'previous'))
}

export function versionOf(
  { Version, LastModifiedDate, LastModifiedUser, Labels = [] }: ParameterHistory,
  state: Version['state'],
): Version {
  return {
    id: String(Version),
    state,
    ...(LastModifiedDate && { createdAt: LastModifiedDate }),
    ...(LastModifiedUser && { author: LastModifiedUser }),
    ...(Labels.length > 0 && { labels: Labels }),
  }
}

function listedOf(
  { Name = '', Version, LastModifiedDate, LastModifiedUser }: ParameterMetadata,
  prefix: SecretId,
): Listed {
  return {
    id: idAt(Name, prefix),
    ...(Version !== undefined && { version: String(Version) }),
    ...(LastModifiedDate && { updatedAt: LastModifiedDate }),
    ...(LastModifiedUser && { author: LastModifiedUser }),
  }
}

/** None for `/`, since names need not begin with one. */
function filtersFor({ uri, path, version }: SecretId): object {
  if (version !== undefined)
    throw new SecwrapError('BAD_USAGE', `${uri}: a list is of the newest versions`, { ref: uri })
  if (path === '/' || path === '') return {}
  if (!path.startsWith('/')) {
    const details = { ref: uri, hint: `ssm:///${path}` }
    throw new SecwrapError('BAD_TEMPLATE', `${uri}: paths of Parameter Store begin with /`, details)
  }
  return { ParameterFilters: [{ Key: 'Path', Option: 'Recursive', Values: [path.replace(/\/+$/, '')] }] }
}
