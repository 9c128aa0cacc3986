/** The permission that a refusal says is missing; undefined for none that we ask for. */
export function permissionIn(message: string): string | undefined {
  const named = PERMISSION.exec(message)?.[1]
  return PERMISSIONS.find(permission => permission === named)
}

// AWS says: "User: … is not authorized to perform: ssm:GetParameters on resource: …".
const PERMISSION = /perform: ([a-z]+:[A-Za-z]+)\b/
const PERMISSIONS: readonly string[] = [
  'kms:Decrypt',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'secretsmanager:BatchGetSecretValue',
  'secretsmanager:CreateSecret',
  'secretsmanager:DeleteSecret',
  'secretsmanager:DescribeSecret',
  'secretsmanager:GetSecretValue',
  'secretsmanager:ListSecrets',
  'secretsmanager:ListSecretVersionIds',
  'secretsmanager:PutSecretValue',
  'secretsmanager:RestoreSecret',
  'secretsmanager:UpdateSecretVersionStage',
  'ssm:DeleteParameter',
  'ssm:DescribeParameters',
  'ssm:GetParameter',
  'ssm:GetParameterHistory',
  'ssm:GetParameters',
  'ssm:GetParametersByPath',
  'ssm:PutParameter',
]
