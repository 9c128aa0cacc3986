/** Secrets Manager by AWS's own client. */
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import type { Ask, SdkService } from '../aws/sdk.ts'
import { secretArn } from './names.ts'
import { EXPLANATIONS } from './own-refusals.ts'
import { SECRETS_MANAGER } from './service.ts'

export type AskSecretsManager = Ask<SecretsManagerClient>

export const SECRETS_MANAGER_SDK: SdkService<SecretsManagerClient> = {
  service: SECRETS_MANAGER,
  noun: 'secret',
  arnOf: secretArn,
  grantedForAll: 'ListSecrets',
  explanations: EXPLANATIONS,
  open: config => new SecretsManagerClient(config),
}
