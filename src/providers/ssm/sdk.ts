/** Parameter Store by AWS's own client. */
import { SSMClient } from '@aws-sdk/client-ssm'
import type { ProviderContext, SecretId } from '../../core/types.ts'
import { regionInArn } from '../aws/arn.ts'
import type { Deed } from '../aws/refusals.ts'
import { createSdk, type SdkCall } from '../aws/sdk.ts'
import { parameterArn } from './names.ts'
import { EXPLANATIONS } from './own-refusals.ts'
import { PARAMETER_STORE } from './service.ts'

/** What is asked, of which parameter or path. */
export interface Question {
  readonly id: SecretId
  readonly action: string // PutParameter
  readonly deed: Deed
  readonly signal: AbortSignal
}

/** One call. Undefined where there is no such parameter. @throws SecwrapError. */
export type AskParameterStore = <T>(
  question: Question,
  run: SdkCall<SSMClient, T>['run'],
) => Promise<T | undefined>

export function openParameterStore(
  options: Readonly<Record<string, string>>,
  context: ProviderContext,
): AskParameterStore {
  const sdk = createSdk(
    { service: PARAMETER_STORE, explanations: EXPLANATIONS, open: config => new SSMClient(config) },
    options,
    context,
  )
  return ({ id, action, deed, signal }, run) => {
    const region = regionInArn(id.path) ?? sdk.region()
    // It is granted for all parameters or none.
    const arn = action === 'DescribeParameters' ? '*' : parameterArn(id, region)
    const subject = { id, deed, noun: 'parameter', permission: `ssm:${action}`, arn } as const
    return sdk.call({ subject, region, signal, run })
  }
}
