/**
 * Where a service of AWS is asked: region, address, trusted authorities, found as the AWS CLI finds them.
 * Source: AWS SDKs and Tools Reference Guide, "Settings reference".
 */
import { SecwrapError } from '../../core/errors.ts'
import type { TlsOptions } from '../../core/http.ts'
import type { Inherited } from '../../core/types.ts'
import { defaultAddress, isRegion } from './partitions.ts'
import type { AwsProfile } from './profile.ts'
import { readTextFile } from './text-file.ts'

export interface AwsService {
  readonly name: 'ssm' | 'secretsmanager' | 'sts' // in addresses and signatures
  readonly setting: 'SSM' | 'SECRETS_MANAGER' | 'STS' // as AWS_ENDPOINT_URL_… has it
}

/** What a setting may come from; the first that has it wins. */
export interface Sources {
  readonly options: Readonly<Record<string, string>> // of the reference
  readonly env: Inherited
  readonly profile: AwsProfile
}

/** @throws SecwrapError BAD_CONFIG where no region is set, or one that can't be. */
export function regionOf({ options, env, profile }: Sources): string {
  const region = options.region || env.AWS_REGION || env.AWS_DEFAULT_REGION || profile.settings.region
  if (!region) {
    throw new SecwrapError('BAD_CONFIG', 'no AWS region is set', {
      hint: 'AWS_REGION=eu-west-1, or ?region=eu-west-1 at the reference',
    })
  }
  // It becomes part of a host's name, and must not turn it into another host's.
  if (!isRegion(region))
    throw new SecwrapError('BAD_CONFIG', `${JSON.stringify(region)} is not an AWS region`)
  return region
}

/** @throws SecwrapError BAD_CONFIG where a configured address is none. */
export function addressOf(service: AwsService, region: string, sources: Sources): URL {
  const { env, profile } = sources
  const configured = sources.options.endpoint || configuredAddress(service, sources)
  if (configured) return parseAddress(configured, service)
  const address = defaultAddress(service.name, region, {
    fips: isOn(env.AWS_USE_FIPS_ENDPOINT || profile.settings.use_fips_endpoint),
    dualStack: isOn(env.AWS_USE_DUALSTACK_ENDPOINT || profile.settings.use_dualstack_endpoint),
  })
  return new URL(address)
}

function configuredAddress({ setting }: AwsService, { env, profile }: Sources): string | undefined {
  const { settings, services } = profile
  const ignored = isOn(env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS || settings.ignore_configured_endpoint_urls)
  if (ignored) return undefined
  return (
    env[`AWS_ENDPOINT_URL_${setting}`] ||
    env.AWS_ENDPOINT_URL ||
    services[`${setting.toLowerCase()}.endpoint_url`] ||
    settings.endpoint_url
  )
}

function parseAddress(text: string, { setting }: AwsService): URL {
  const address = URL.parse(text)
  if (address?.protocol === 'http:' || address?.protocol === 'https:') return address
  throw new SecwrapError(
    'BAD_CONFIG',
    `the endpoint set for ${setting} is not an http:// or https:// address`,
    {
      hint: `AWS_ENDPOINT_URL_${setting}=https://…`,
    },
  )
}

/** @throws SecwrapError BAD_CONFIG where the bundle can't be read. */
export function tlsOf(address: URL, { env, profile }: Sources): TlsOptions | undefined {
  if (address.protocol !== 'https:') return undefined
  const path = env.AWS_CA_BUNDLE || profile.settings.ca_bundle
  if (!path) return undefined
  try {
    return { ca: readTextFile(path) }
  } catch (error) {
    const { code } = error as { code?: string }
    throw new SecwrapError(
      'BAD_CONFIG',
      `the certificate authorities in ${path} can't be read (${code ?? 'unknown error'})`,
      {
        hint: 'AWS_CA_BUNDLE',
      },
    )
  }
}

function isOn(setting = ''): boolean {
  return setting.toLowerCase() === 'true'
}
