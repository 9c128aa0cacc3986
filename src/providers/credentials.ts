const AWS = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_SECURITY_TOKEN', // its older name, which log-in helpers still set beside it
  'AWS_CONTAINER_AUTHORIZATION_TOKEN',
] as const

const VAULT = [
  'VAULT_TOKEN',
  'VAULT_WRAPPED_TOKEN',
  'VAULT_SECRET_ID',
  'VAULT_JWT',
  'VAULT_ID_TOKEN',
  'VAULT_PASSWORD',
  'VAULT_CLIENT_KEY_BYTES',
  'BAO_TOKEN',
  'BAO_WRAPPED_TOKEN',
  'BAO_SECRET_ID',
  'BAO_JWT',
  'BAO_ID_TOKEN',
  'BAO_PASSWORD',
  'BAO_CLIENT_KEY_BYTES',
] as const

/**
 * Scheme → variables that hold secwrap's own credentials for that store. They do not reach the command
 * (`--pass-credentials`, or naming one in the template, lets them through). Settings such as AWS_REGION
 * or VAULT_ADDR, and paths of token files, are no credentials and stay.
 */
const CREDENTIALS: Readonly<Record<string, readonly string[]>> = {
  ssm: AWS,
  secretsmanager: AWS,
  vault: VAULT,
  azurekv: ['AZURE_CLIENT_SECRET', 'AZURE_CLIENT_CERTIFICATE_PASSWORD', 'AZURE_PASSWORD'],
  sops: ['SOPS_AGE_KEY'],
}

export function namesOfCredentials(
  schemes: Iterable<string>,
  env: Readonly<Record<string, string | undefined>>,
): ReadonlySet<string> {
  const names = new Set<string>()
  for (const scheme of schemes) {
    for (const name of CREDENTIALS[scheme] ?? []) names.add(name)
    if (scheme === 'vault' && isLogInByAws(env)) for (const name of AWS) names.add(name)
  }
  return names
}

/** Vault's log-in with AWS's identity signs a request with AWS's keys. */
function isLogInByAws({ VAULT_AUTH_METHOD, BAO_AUTH_METHOD }: Readonly<Record<string, string | undefined>>) {
  return VAULT_AUTH_METHOD === 'aws' || BAO_AUTH_METHOD === 'aws'
}
