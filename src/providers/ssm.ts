/**
 * AWS Systems Manager Parameter Store: `ssm:///prod/db/password`, `ssm:///prod/db?version=3`,
 * `ssm:///prod/db?label=live`, `ssm://arn:aws:ssm:eu-west-1:111122223333:parameter/prod/db`.
 *
 * GetParameters reads 10 names a call; names that do not exist come back in InvalidParameters, not as an
 * error, and one name that is denied fails the whole call. Source: AWS Systems Manager API Reference.
 */
import type { SecwrapError } from '../core/errors.ts'
import type { Secret } from '../core/secret.ts'
import type { CreateProvider, SecretId } from '../core/types.ts'
import { readByRegion } from './aws/arn.ts'
import { type AwsClient, createAwsClient } from './aws/client.ts'
import { AwsRefusal } from './aws/failures.ts'
import { explainRefusal } from './aws/refusals.ts'
import { readOneByOne } from './shared/one-by-one.ts'
import { assign } from './ssm/answers.ts'
import { parameterArn, parameterName } from './ssm/names.ts'
import { createPathReader } from './ssm/paths.ts'
import { PARAMETER_STORE } from './ssm/service.ts'

type Found = ReadonlyMap<SecretId, Secret | SecwrapError>

export const createProvider: CreateProvider = (options, context) => {
  const client = createAwsClient(PARAMETER_STORE, options, context)
  return {
    batchSize: 10,
    read: (ids, signal) =>
      readByRegion(client, ids, (region, part) => readBatch(client, region, part, signal)),
    readPrefix: createPathReader(client),
  }
}

/** A batch that is refused because of one name is read again name by name. */
async function readBatch(
  client: AwsClient,
  region: string,
  ids: readonly SecretId[],
  signal: AbortSignal,
): Promise<Found> {
  try {
    return await getParameters(client, region, ids, signal)
  } catch (error) {
    if (!(error instanceof AwsRefusal)) throw error
    const [id, ...others] = ids
    if (id && others.length === 0) return new Map(explain(error, id, region))
    return readOneByOne(ids, async one => (await readBatch(client, region, [one], signal)).get(one))
  }
}

function explain(refusal: AwsRefusal, id: SecretId, region: string): [SecretId, SecwrapError][] {
  const arn = parameterArn(id, region)
  const problem = explainRefusal(refusal, { id, noun: 'parameter', permission: 'ssm:GetParameters', arn })
  return problem ? [[id, problem]] : []
}

function getParameters(
  client: AwsClient,
  region: string,
  ids: readonly SecretId[],
  signal: AbortSignal,
): Promise<ReadonlyMap<SecretId, Secret>> {
  const input = { Names: [...new Set(ids.map(parameterName))], WithDecryption: true }
  return client.call({ action: 'GetParameters', input, region, signal }, answer => assign(ids, answer))
}
