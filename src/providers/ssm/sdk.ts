/** Parameter Store by AWS's own client. */
import { SSMClient } from '@aws-sdk/client-ssm'
import type { Ask, SdkService } from '../aws/sdk.ts'
import { parameterArn } from './names.ts'
import { EXPLANATIONS } from './own-refusals.ts'
import { PARAMETER_STORE } from './service.ts'

export type AskParameterStore = Ask<SSMClient>

export const PARAMETER_STORE_SDK: SdkService<SSMClient> = {
  service: PARAMETER_STORE,
  noun: 'parameter',
  arnOf: parameterArn,
  grantedForAll: 'DescribeParameters',
  explanations: EXPLANATIONS,
  open: config => new SSMClient(config),
}
