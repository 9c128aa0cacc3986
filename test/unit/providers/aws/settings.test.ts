import { expect, test } from '@jest/globals'
import type { Inherited } from '../../../../src/core/types.ts'
import type { AwsProfile, Settings } from '../../../../src/providers/aws/profile.ts'
import { type AwsService, addressOf, regionOf, tlsOf } from '../../../../src/providers/aws/settings.ts'

const SSM: AwsService = { name: 'ssm', setting: 'SSM' }
const SECRETS: AwsService = { name: 'secretsmanager', setting: 'SECRETS_MANAGER' }

function profile(settings: Settings = {}, services: Settings = {}): AwsProfile {
  return { name: 'default', chosen: false, exists: true, settings, services, files: {} }
}

const NO_PROFILE = profile()

test.each([
  ['option', 'eu-west-3', { AWS_REGION: 'eu-west-1' }, NO_PROFILE, 'eu-west-3'],
  [
    'AWS_REGION',
    undefined,
    { AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-2' },
    NO_PROFILE,
    'eu-west-1',
  ],
  ['AWS_DEFAULT_REGION', undefined, { AWS_DEFAULT_REGION: 'eu-west-2' }, NO_PROFILE, 'eu-west-2'],
  ['profile', undefined, {}, profile({ region: 'sa-east-1' }), 'sa-east-1'],
])('region by %s', (_, option, env, from, expected) => {
  expect(regionOf({ options: option ? { region: option } : {}, env, profile: from })).toBe(expected)
})

test.each([
  ['none', {}, /no AWS region is set/],
  ['a host', { AWS_REGION: 'x.evil.example/' }, /is not an AWS region/],
])('region refused: %s', (_, env, message) => {
  expect(() => regionOf({ options: {}, env, profile: NO_PROFILE })).toThrow(
    expect.objectContaining({ code: 'BAD_CONFIG', message: expect.stringMatching(message) }),
  )
})

const URL_ENV = { AWS_ENDPOINT_URL_SSM: 'http://ssm:1', AWS_ENDPOINT_URL: 'http://all:2' }
const FILE = profile({ endpoint_url: 'http://file:3' }, { 'ssm.endpoint_url': 'http://service:4' })

test.each([
  ['of the service first', SSM, URL_ENV, NO_PROFILE, 'http://ssm:1/'],
  ['of all services', SECRETS, URL_ENV, NO_PROFILE, 'http://all:2/'],
  [
    'by its own name',
    SECRETS,
    { AWS_ENDPOINT_URL_SECRETS_MANAGER: 'https://s:5/x' },
    NO_PROFILE,
    'https://s:5/x',
  ],
  ["by the profile's services", SSM, {}, FILE, 'http://service:4/'],
  ['by the profile', SECRETS, {}, FILE, 'http://file:3/'],
  [
    'ignored',
    SSM,
    { ...URL_ENV, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' },
    NO_PROFILE,
    'https://ssm.eu-west-1.amazonaws.com/',
  ],
  ['FIPS', SSM, { AWS_USE_FIPS_ENDPOINT: 'true' }, NO_PROFILE, 'https://ssm-fips.eu-west-1.amazonaws.com/'],
  ['dual stack', SSM, {}, profile({ use_dualstack_endpoint: 'true' }), 'https://ssm.eu-west-1.api.aws/'],
  [
    'FIPS off',
    SSM,
    { AWS_USE_FIPS_ENDPOINT: 'false' },
    profile({ use_fips_endpoint: 'true' }),
    'https://ssm.eu-west-1.amazonaws.com/',
  ],
])('address %s', (_, service, env, from, expected) => {
  expect(addressOf(service, 'eu-west-1', { options: {}, env: env as Inherited, profile: from }).href).toBe(
    expected,
  )
})

test.each(['not a url', 'ftp://ssm', 'file:///etc/passwd'])('address refused: %s', text => {
  expect(() =>
    addressOf(SSM, 'eu-west-1', { options: {}, env: { AWS_ENDPOINT_URL: text }, profile: NO_PROFILE }),
  ).toThrow(expect.objectContaining({ code: 'BAD_CONFIG' }))
})

test('a bundle of authorities that is not there is an error, except where none is needed', () => {
  const env = { AWS_CA_BUNDLE: '/nowhere/ca.pem' }
  expect(() => tlsOf(new URL('https://ssm'), { options: {}, env, profile: NO_PROFILE })).toThrow(
    expect.objectContaining({ code: 'BAD_CONFIG', message: expect.stringContaining('/nowhere/ca.pem') }),
  )
  expect(tlsOf(new URL('http://127.0.0.1'), { options: {}, env, profile: NO_PROFILE })).toBeUndefined()
  expect(tlsOf(new URL('https://ssm'), { options: {}, env: {}, profile: NO_PROFILE })).toBeUndefined()
})

test('?endpoint= goes before every other setting', () => {
  const options = { endpoint: 'http://option:9' }
  expect(addressOf(SSM, 'eu-west-1', { options, env: URL_ENV, profile: FILE }).href).toBe('http://option:9/')
})
