import type { AwsJsonService } from '../aws/client.ts'

export const PARAMETER_STORE: AwsJsonService = {
  name: 'ssm',
  setting: 'SSM',
  title: 'parameter store',
  target: 'AmazonSSM',
}
