import { SSMClient } from '@aws-sdk/client-ssm'
import { expect, test } from '@jest/globals'
import { defaultAddress, isRegion, partitionOf } from '../../../../src/providers/aws/partitions.ts'

const { endpointProvider } = new SSMClient({ region: 'eu-west-1' }).config

const REGIONS = [
  ...['us-east-1', 'eu-west-1', 'ap-southeast-7', 'il-central-1', 'mx-central-1'],
  ...['cn-north-1', 'us-gov-west-1', 'us-gov-east-1', 'eusc-de-east-1'],
  ...['us-iso-east-1', 'us-isob-east-1', 'eu-isoe-west-1', 'us-isof-south-1'],
]
const KINDS = [false, true].flatMap(fips => [false, true].map(dualStack => ({ fips, dualStack })))

test.each(REGIONS)('%s has the addresses that the SDK knows', region => {
  for (const kind of KINDS) {
    const { url } = endpointProvider({ Region: region, UseFIPS: kind.fips, UseDualStack: kind.dualStack })
    expect(`${defaultAddress('ssm', region, kind)}/`).toBe(url.href)
  }
})

test.each([
  ['eu-west-1', 'aws'],
  ['cn-northwest-1', 'aws-cn'],
  ['us-gov-west-1', 'aws-us-gov'],
  ['us-iso-east-1', 'aws-iso'],
])('%s is in %s', (region, name) => {
  expect(partitionOf(region).name).toBe(name)
})

test.each([
  ['eu-west-1', true],
  ['', false],
  ['-', false],
  ['EU-WEST-1', false],
  ['eu-west-1.evil.example/', false],
  ['a@b', false],
  ['a'.repeat(64), false],
])('isRegion(%j) is %s', (text, expected) => {
  expect(isRegion(text)).toBe(expected)
})
