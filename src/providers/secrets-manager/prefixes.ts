/** Every secret whose name begins with a path, for wildcards: `*=secretsmanager://prod/app/`. */
import { SecwrapError } from '../../core/errors.ts'
import type { Secret } from '../../core/secret.ts'
import type { Provider, SecretId } from '../../core/types.ts'
import type { AwsClient, JsonObject } from '../aws/client.ts'
import { AwsRefusal } from '../aws/failures.ts'
import { explainRefusal } from '../aws/refusals.ts'
import { shareOnce } from '../shared/share-once.ts'
import type { SecretReader } from './read.ts'

const BATCH_SIZE = 20

type Reader = Pick<SecretReader, 'read'>
type Secrets = ReadonlyMap<string, Secret>

/** A prefix that two entries import is read once. */
export function createPrefixReader(client: AwsClient, secrets: Reader): NonNullable<Provider['readPrefix']> {
  const prefixes = new Map<string, (signal: AbortSignal) => Promise<Secrets>>()
  return (prefix, signal, onRead) => {
    const reader =
      prefixes.get(prefix.uri) ?? shareOnce(one => readPrefix(client, secrets, prefix, one, onRead))
    prefixes.set(prefix.uri, reader)
    return reader(signal)
  }
}

async function readPrefix(
  client: AwsClient,
  reader: Reader,
  prefix: SecretId,
  signal: AbortSignal,
  onRead?: (count: number) => void,
): Promise<Secrets> {
  const region = client.region()
  const ids = (await listNames(client, prefix, region, signal)).map(name => idBelow(prefix, name))
  const batches = []
  for (let start = 0; start < ids.length; start += BATCH_SIZE)
    batches.push(ids.slice(start, start + BATCH_SIZE))
  const readBatch = async (batch: readonly SecretId[]) => {
    const part = await reader.read(region, batch, signal)
    onRead?.(batch.length)
    return part
  }
  const found = await Promise.all(batches.map(readBatch))
  const secrets = new Map<string, Secret>()
  for (const [{ path }, outcome] of found.flatMap(part => [...part])) {
    if (outcome instanceof SecwrapError) throw outcome
    secrets.set(path.slice(prefix.path.length), outcome)
  }
  return secrets
}

function idBelow(prefix: SecretId, name: string): SecretId {
  const [, query] = prefix.uri.split('?')
  return { ...prefix, path: name, uri: `secretsmanager://${name}${query === undefined ? '' : `?${query}`}` }
}

/** @throws SecwrapError BAD_TEMPLATE for a version, which only one secret has. */
async function listNames(
  client: AwsClient,
  prefix: SecretId,
  region: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (prefix.version !== undefined && prefix.selector !== 'stage') {
    throw new SecwrapError('BAD_TEMPLATE', `${prefix.uri}: a prefix has stages, but no versions`, {
      ref: prefix.uri,
    })
  }
  const input = { Filters: [{ Key: 'name', Values: [prefix.path] }], MaxResults: 100 }
  const names: string[] = []
  let next: object | undefined = {}
  while (next) {
    const page: Page = await listPage(client, prefix, { ...input, ...next }, region, signal)
    names.push(...page.names)
    next = page.next
  }
  // The store's filter does not tell upper from lower case everywhere.
  return names.filter(name => name.startsWith(prefix.path))
}

interface Page {
  readonly names: readonly string[]
  readonly next: object | undefined
}

async function listPage(
  client: AwsClient,
  id: SecretId,
  input: object,
  region: string,
  signal: AbortSignal,
): Promise<Page> {
  try {
    return await client.call({ action: 'ListSecrets', input, region, signal }, pageIn)
  } catch (error) {
    if (!(error instanceof AwsRefusal)) throw error
    const permission = 'secretsmanager:ListSecrets'
    throw explainRefusal(error, { id, noun: 'secret', permission, arn: '*' }) ?? error
  }
}

/** Undefined where the answer is not of the promised shape. */
function pageIn({ SecretList, NextToken }: JsonObject): Page | undefined {
  if (!Array.isArray(SecretList)) return undefined
  const names = SecretList.map(secret => (Object(secret) as { Name?: unknown }).Name)
  if (!names.every(name => typeof name === 'string')) return undefined
  return { names, next: typeof NextToken === 'string' && NextToken !== '' ? { NextToken } : undefined }
}
