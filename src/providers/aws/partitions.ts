/**
 * The parts of AWS that share nothing, each with domains of its own. A test holds this table against the
 * rules of the AWS SDK.
 */
interface Partition {
  readonly name: string // in ARNs
  readonly regions: RegExp
  readonly domain: string
  readonly dualStackDomain: string // for IPv6 beside IPv4
}

const COMMERCIAL: Partition = {
  name: 'aws',
  regions: /^/,
  domain: 'amazonaws.com',
  dualStackDomain: 'api.aws',
}

const OTHERS: readonly Partition[] = [
  {
    name: 'aws-cn',
    regions: /^cn-/,
    domain: 'amazonaws.com.cn',
    dualStackDomain: 'api.amazonwebservices.com.cn',
  },
  { name: 'aws-us-gov', regions: /^us-gov-/, domain: 'amazonaws.com', dualStackDomain: 'api.aws' },
  {
    name: 'aws-eusc',
    regions: /^eusc-/,
    domain: 'amazonaws.eu',
    dualStackDomain: 'api.amazonwebservices.eu',
  },
  { name: 'aws-iso', regions: /^us-iso-/, domain: 'c2s.ic.gov', dualStackDomain: 'api.aws.ic.gov' },
  { name: 'aws-iso-b', regions: /^us-isob-/, domain: 'sc2s.sgov.gov', dualStackDomain: 'api.aws.scloud' },
  {
    name: 'aws-iso-e',
    regions: /^eu-isoe-/,
    domain: 'cloud.adc-e.uk',
    dualStackDomain: 'api.cloud-aws.adc-e.uk',
  },
  {
    name: 'aws-iso-f',
    regions: /^us-isof-/,
    domain: 'csp.hci.ic.gov',
    dualStackDomain: 'api.aws.hci.ic.gov',
  },
]

export function isRegion(text: string): boolean {
  return /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text)
}

export function partitionOf(region: string): Partition {
  return OTHERS.find(({ regions }) => regions.test(region)) ?? COMMERCIAL
}

export function defaultAddress(
  service: string,
  region: string,
  { fips, dualStack }: { readonly fips: boolean; readonly dualStack: boolean },
): string {
  const { name, domain, dualStackDomain } = partitionOf(region)
  // All of GovCloud is FIPS, and its ssm and sts have no second name.
  const oneName = name === 'aws-us-gov' && !dualStack && service !== 'secretsmanager'
  const host = fips && !oneName ? `${service}-fips` : service
  return `https://${host}.${region}.${dualStack ? dualStackDomain : domain}`
}
