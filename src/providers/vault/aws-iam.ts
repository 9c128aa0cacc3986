/**
 * Log-in by AWS identity: a signed GetCallerIdentity that we don't send, but Vault does, and so learns
 * who signed it. Signed for the global endpoint unless VAULT_AWS_REGION names a region: it has to be
 * the one that the method is configured for. Source: Vault API documentation, "AWS auth method".
 */
import type { Inherited } from '../../core/types.ts'
import { openCredentials } from '../aws/credentials.ts'
import { defaultAddress } from '../aws/partitions.ts'
import { loadProfile } from '../aws/profile.ts'
import { createSigner } from '../aws/sign.ts'
import { findVariable } from './variables.ts'

const GLOBAL_REGION = 'us-east-1'
const GLOBAL_ADDRESS = 'https://sts.amazonaws.com'
const BODY = 'Action=GetCallerIdentity&Version=2011-06-15'

/** What the log-in posts besides the role. @throws SecwrapError DENIED where there are no AWS credentials. */
export async function signIdentity(
  env: Inherited,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const region = findVariable(env, 'AWS_REGION')?.value
  const signingRegion = region ?? GLOBAL_REGION
  const credentials = await openCredentials({ options: {}, env, profile: loadProfile(env) })(
    signingRegion,
    signal,
  )
  const url = new URL(
    region ? defaultAddress('sts', region, { fips: false, dualStack: false }) : GLOBAL_ADDRESS,
  )
  const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8', ...serverId(env) }
  const signed = createSigner('sts', signingRegion)({ url, headers, body: BODY }, credentials)
  return {
    iam_http_request_method: 'POST',
    iam_request_url: btoa(url.href),
    iam_request_body: btoa(BODY),
    iam_request_headers: btoa(JSON.stringify(signed)),
  }
}

/** Says which Vault the request was signed for, so that another one can't use it; the CLI calls it header_value. */
function serverId(env: Inherited): Readonly<Record<string, string>> {
  const id = findVariable(env, 'AWS_HEADER_VALUE')?.value
  return id ? { 'x-vault-aws-iam-server-id': id } : {}
}
