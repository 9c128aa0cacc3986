import type { AwsJsonService } from '../aws/client.ts'

export const SECRETS_MANAGER: AwsJsonService = {
  name: 'secretsmanager',
  setting: 'SECRETS_MANAGER',
  title: 'secrets manager',
  target: 'secretsmanager',
}
