import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { loadProfile, parseIni } from '../../../../src/providers/aws/profile.ts'

const CONFIG = `
[default]
region = eu-west-1   ; nearest
[profile "dev team"]
region=eu-central-1
services = local
aws_access_key_id = from-config
# [profile gone]
[services local]
ssm =
  endpoint_url = http://127.0.0.1:4566
sts =
  endpoint_url = http://127.0.0.1:4567
region = not-nested
[profile sso]
sso_session = corp
[sso-session corp]
sso_region = us-east-1
`
const CREDENTIALS = `[dev team]\r\naws_access_key_id = from-credentials\r\nAWS_SECRET_ACCESS_KEY = a#b;c=\r\n[only]\r\naws_access_key_id=AK\r\n`

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'secwrap-aws-'))
  writeFileSync(join(folder, 'config'), CONFIG)
  writeFileSync(join(folder, 'credentials'), CREDENTIALS)
})
afterAll(() => rmSync(folder, { recursive: true }))

function load(env: Record<string, string>, option?: string) {
  const files = { AWS_CONFIG_FILE: `${folder}/config`, AWS_SHARED_CREDENTIALS_FILE: `${folder}/credentials` }
  return loadProfile({ ...files, ...env }, option)
}

test.each([
  // name, chosen, exists, region, key
  ['nothing set', {}, undefined, ['default', false, true, 'eu-west-1', undefined]],
  [
    'AWS_PROFILE',
    { AWS_PROFILE: 'dev team' },
    undefined,
    ['dev team', true, true, 'eu-central-1', 'from-credentials'],
  ],
  ['the option wins', { AWS_PROFILE: 'dev team' }, 'only', ['only', true, true, undefined, 'AK']],
  [
    'AWS_DEFAULT_PROFILE',
    { AWS_DEFAULT_PROFILE: 'sso' },
    undefined,
    ['sso', true, true, undefined, undefined],
  ],
  ['one that is not there', {}, 'gone', ['gone', true, false, undefined, undefined]],
  [
    'no files',
    { AWS_CONFIG_FILE: '/nowhere', AWS_SHARED_CREDENTIALS_FILE: '/' },
    undefined,
    ['default', false, false, undefined, undefined],
  ],
])('%s', (_, env, option, expected) => {
  const { name, chosen, exists, settings } = load(env as Record<string, string>, option)
  expect([name, chosen, exists, settings.region, settings.aws_access_key_id]).toEqual(expected)
})

test('a secret key keeps the characters of comments that no white space precedes', () => {
  expect(load({}, 'dev team').settings.aws_secret_access_key).toBe('a#b;c=')
})

test('endpoints of the services section', () => {
  const { services } = load({}, 'dev team')
  expect(services['ssm.endpoint_url']).toBe('http://127.0.0.1:4566')
  expect(services['sts.endpoint_url']).toBe('http://127.0.0.1:4567')
  expect(services.region).toBe('not-nested')
})

test('files are looked for at home, and ~ is home', () => {
  expect(loadProfile({ HOME: '/home/app' }).files).toEqual({
    config: '/home/app/.aws/config',
    credentials: '/home/app/.aws/credentials',
  })
  expect(loadProfile({ HOME: '/home/app', AWS_CONFIG_FILE: '~/aws.ini' }).files.config).toBe(
    '/home/app/aws.ini',
  )
  expect(loadProfile({}).files).toEqual({})
})

test.each(['', '[', '[]', '[a', '=', 'a=b', '[a]\n=\n==\n', '\u0000', '[__proto__]\nx=1'])(
  'nonsense %j does no harm',
  text => {
    expect(() => parseIni(text)).not.toThrow()
    expect(({} as Record<string, unknown>).x).toBeUndefined()
  },
)
