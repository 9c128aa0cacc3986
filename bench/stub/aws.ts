/** Sources: AWS Systems Manager API Reference, AWS Secrets Manager API Reference. */
import { PARAMETERS } from '../sizes.ts'
import type { Answer } from './answer.ts'
import { currentVersion } from './change.ts'

interface Input {
  readonly Names?: readonly string[]
  readonly SecretIdList?: readonly string[]
  readonly MaxResults?: number
  readonly NextToken?: string
}

export async function answerAws(request: Request): Promise<Answer> {
  const kind = request.headers.get('x-amz-target')?.split('.')[1] ?? 'unknown'
  const input = (await request.json()) as Input
  return { kind, body: ANSWERS[kind]?.(input) ?? {} }
}

const ANSWERS: Readonly<Record<string, (input: Input) => object>> = {
  GetParameters: ({ Names = [] }) => ({ Parameters: Names.map(parameter), InvalidParameters: [] }),
  GetParametersByPath: input => page(input, parameter),
  DescribeParameters: input => page(input, metadata),
  BatchGetSecretValue: ({ SecretIdList = [] }) => ({ SecretValues: SecretIdList.map(secret), Errors: [] }),
}

/** A page of as many names as are asked for; its token is where the next one begins. */
function page({ MaxResults = 10, NextToken = '0' }: Input, describe: (name: string) => object): object {
  const start = Number(NextToken)
  const end = Math.min(start + MaxResults, PARAMETERS)
  const names = Array.from({ length: end - start }, (_, index) => nameOf(start + index))
  return { Parameters: names.map(describe), ...(end < PARAMETERS && { NextToken: String(end) }) }
}

function nameOf(index: number): string {
  return `/prod/group-${index % 40}/key-${index}`
}

function metadata(name: string): object {
  return {
    ARN: `arn:aws:ssm:eu-central-1:123456789012:parameter${name}`,
    DataType: 'text',
    KeyId: 'alias/aws/ssm',
    LastModifiedDate: 1764000000.123,
    LastModifiedUser: 'arn:aws:iam::123456789012:user/app',
    Name: name,
    Policies: [],
    Tier: 'Standard',
    Type: 'SecureString',
    Version: currentVersion(),
  }
}

function parameter(name: string): object {
  return {
    ARN: `arn:aws:ssm:eu-central-1:123456789012:parameter${name}`,
    DataType: 'text',
    LastModifiedDate: 1764000000.123,
    Name: name,
    Type: 'SecureString',
    Value: `value-of-${name}`,
    Version: currentVersion(),
  }
}

function secret(name: string): object {
  return {
    ARN: `arn:aws:secretsmanager:eu-central-1:123456789012:secret:${name}-a1B2c3`,
    CreatedDate: 1764000000.123,
    Name: name,
    SecretString: `{"username":"app","password":"value-of-${name}"}`,
    VersionId: 'b5c7c5f0-6c5a-4b8e-9d0a-3a1c0a0b0c0d',
    VersionStages: ['AWSCURRENT'],
  }
}
