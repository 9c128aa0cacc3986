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
import { type AwsClient, type AwsJsonService, createAwsClient } from './aws/client.ts'
import { AwsRefusal } from './aws/failures.ts'
import { readOneByOne } from './shared/one-by-one.ts'
import { assign } from './ssm/answers.ts'
import { parameterName, regionInArn } from './ssm/names.ts'
import { createPathReader } from './ssm/paths.ts'
import { explainRefusal } from './ssm/refusals.ts'

const PARAMETER_STORE: AwsJsonService = {
  name: 'ssm',
  setting: 'SSM',
  title: 'parameter store',
  target: 'AmazonSSM',
}

type Found = ReadonlyMap<SecretId, Secret | SecwrapError>

export const createProvider: CreateProvider = (options, context) => {
  const client = createAwsClient(PARAMETER_STORE, options, context)
  const regionOf = ({ path }: SecretId) => regionInArn(path) ?? client.region()
  return {
    batchSize: 10,
    async read(ids, signal) {
      const regions = [...new Set(ids.map(regionOf))]
      const found = await Promise.all(
        regions.map(region => {
          const part = ids.filter(id => regionOf(id) === region)
          return readBatch(client, region, part, signal)
        }),
      )
      return new Map(found.flatMap(part => [...part]))
    },
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
  const readAlone = async (id: SecretId) => (await readBatch(client, region, [id], signal)).get(id)
  try {
    return await getParameters(client, region, ids, signal)
  } catch (error) {
    if (!(error instanceof AwsRefusal)) throw error
    const [id, ...others] = ids
    if (!id || others.length > 0) return readOneByOne(ids, readAlone)
    const problem = explainRefusal(error, id, region, 'GetParameters')
    return new Map(problem && [[id, problem]])
  }
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
