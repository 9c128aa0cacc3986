/**
 * AWS Secrets Manager: `secretsmanager://prod/app`, `secretsmanager://prod/app?stage=AWSPREVIOUS`,
 * `secretsmanager://prod/app?version=6a1f…`, `secretsmanager://arn:aws:secretsmanager:…:secret:prod/app-a1B2c3`.
 *
 * BatchGetSecretValue reads 20 secrets a call, newest versions only, and needs a permission of its own. Versions,
 * and what it could not answer, are read by GetSecretValue. Source: AWS Secrets Manager API Reference.
 */
import type { CreateProvider } from '../core/types.ts'
import { readByRegion } from './aws/arn.ts'
import { createAwsClient } from './aws/client.ts'
import { createPrefixReader } from './secrets-manager/prefixes.ts'
import { SecretReader } from './secrets-manager/read.ts'
import { SECRETS_MANAGER } from './secrets-manager/service.ts'

export const createProvider: CreateProvider = (options, context) => {
  const client = createAwsClient(SECRETS_MANAGER, options, context)
  const reader = new SecretReader(client)
  return {
    batchSize: 20,
    read: (ids, signal) => readByRegion(client, ids, (region, part) => reader.read(region, part, signal)),
    readPrefix: createPrefixReader(client, reader),
  }
}
