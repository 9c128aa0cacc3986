import type { Inherited, Inspect } from '../../core/types.ts'
import { regionInArn } from '../aws/arn.ts'
import { failWithout, fromEnvironment, keysOf, needsSdk } from '../aws/credentials.ts'
import { loadProfile } from '../aws/profile.ts'
import { type AwsService, addressOf, regionOf, type Sources, tlsOf } from '../aws/settings.ts'

/** Addresses and the source of credentials, for a service. @throws SecwrapError BAD_CONFIG, DENIED. */
export function inspectAws(service: AwsService): Inspect {
  return ({ options, ids }, env) => {
    const sources: Sources = { options, env, profile: loadProfile(env, options.profile) }
    const regions = new Set(ids.map(({ path }) => regionInArn(path) ?? regionOf(sources)))
    const addresses = [...regions].map(region => addressOf(service, region, sources))
    for (const address of addresses) tlsOf(address, sources)
    return [...new Set(addresses.map(({ origin }) => origin)), `credentials: ${sourceOf(sources)}`]
  }
}

/** In the order of aws/credentials.ts. */
function sourceOf({ options, env, profile }: Sources): string {
  if (!options.profile && fromEnvironment(env)) return 'AWS_ACCESS_KEY_ID'
  if (needsSdk(profile) || keysOf(profile)) return `profile ${profile.name}`
  const variable = ofPlatform(env)
  if (variable) return variable
  if (env.AWS_EC2_METADATA_DISABLED?.toLowerCase() === 'true') failWithout(profile)
  return 'the role of the instance, if this is one of EC2'
}

function ofPlatform(env: Inherited): string | undefined {
  if (env.AWS_WEB_IDENTITY_TOKEN_FILE && env.AWS_ROLE_ARN) return 'AWS_WEB_IDENTITY_TOKEN_FILE'
  const names = ['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', 'AWS_CONTAINER_CREDENTIALS_FULL_URI']
  return names.find(name => env[name])
}
