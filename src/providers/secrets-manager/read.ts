/** Secrets by as few calls as the caller's permissions allow. */
import type { SecwrapError } from '../../core/errors.ts'
import type { Secret } from '../../core/secret.ts'
import type { SecretId } from '../../core/types.ts'
import type { AwsClient } from '../aws/client.ts'
import { AwsRefusal } from '../aws/failures.ts'
import { explainRefusal } from '../aws/refusals.ts'
import { type Outcome, readOneByOne } from '../shared/one-by-one.ts'
import { type BatchAnswer, batchIn, isAskedBy, secretOf, valueIn } from './answers.ts'
import { secretArn, versionOf } from './names.ts'

export type Found = ReadonlyMap<SecretId, Secret | SecwrapError>

const BATCH = 'secretsmanager:BatchGetSecretValue'

/** Reads at most 20 ids a call. It notices once that the caller may not read batches, and asks no more for any. */
export class SecretReader {
  readonly #client: AwsClient
  #mayBatch = true

  constructor(client: AwsClient) {
    this.#client = client
  }

  async read(region: string, ids: readonly SecretId[], signal: AbortSignal): Promise<Found> {
    const newest = ids.filter(({ version }) => version === undefined)
    const pinned = ids.filter(({ version }) => version !== undefined)
    const [one, other] = await Promise.all([
      this.#readNewest(region, newest, signal),
      readOneByOne(pinned, id => readAlone(this.#client, region, id, signal)),
    ])
    return new Map([...one, ...other])
  }

  async #readNewest(region: string, ids: readonly SecretId[], signal: AbortSignal): Promise<Found> {
    const { values, missing } = await this.#readTogether(region, ids, signal)
    const found = new Map<SecretId, Secret | SecwrapError>()
    for (const id of ids) {
      const value = values.find(one => isAskedBy(one, id))
      if (value) found.set(id, secretOf(value, id))
    }
    // What the batch did not answer is asked for alone, which tells why.
    const open = ids.filter(id => !found.has(id) && !missing.has(id.path))
    const alone = await readOneByOne(open, id => readAlone(this.#client, region, id, signal))
    return new Map([...found, ...alone])
  }

  async #readTogether(region: string, ids: readonly SecretId[], signal: AbortSignal): Promise<BatchAnswer> {
    if (!this.#mayBatch || ids.length < 2) return NOTHING
    const input = { SecretIdList: [...new Set(ids.map(({ path }) => path))] }
    try {
      return await this.#client.call({ action: 'BatchGetSecretValue', input, region, signal }, batchIn)
    } catch (error) {
      if (!(error instanceof AwsRefusal)) throw error
      if (error.permission === BATCH) this.#mayBatch = false
      return NOTHING
    }
  }
}

const NOTHING: BatchAnswer = { values: [], missing: new Set() }

async function readAlone(
  client: AwsClient,
  region: string,
  id: SecretId,
  signal: AbortSignal,
): Promise<Outcome> {
  const input = { SecretId: id.path, ...versionOf(id) }
  try {
    const value = await client.call({ action: 'GetSecretValue', input, region, signal }, valueIn)
    return secretOf(value, id)
  } catch (error) {
    if (!(error instanceof AwsRefusal)) throw error
    const arn = secretArn(id, region)
    return explainRefusal(error, { id, noun: 'secret', permission: 'secretsmanager:GetSecretValue', arn })
  }
}
