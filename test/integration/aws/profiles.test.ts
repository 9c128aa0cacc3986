/** Keys of the environment, and profiles of every kind. */
import { expect, test } from '@jest/globals'
import { createFolder } from '../../helpers/temporary-folder.ts'
import { unrestricted } from '../../lab/aws-access.ts'
import { REGION } from './parameter-store.ts'
import {
  aws,
  createRole,
  fail,
  inBothRuntimes,
  iniOf,
  isUsed,
  keysOf,
  PLANTED,
  read,
  withVariables,
} from './sources.ts'

inBothRuntimes(() => {
  test('keys of the environment', async () => {
    const keys = unrestricted()
    expect(await read({ ...keysOf(keys), AWS_SESSION_TOKEN: 'session' })).toBe('a text')
    expect(await isUsed(keys)).toBe(true)
  })

  test.each(['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'])(
    'only %s: DENIED, and what is missing',
    async name => {
      const failure = await fail({ [name]: PLANTED })
      expect([failure.code, failure.details.hint]).toEqual([
        'DENIED',
        name === 'AWS_ACCESS_KEY_ID' ? 'AWS_SECRET_ACCESS_KEY' : 'AWS_ACCESS_KEY_ID',
      ])
    },
  )

  test('nothing at all: DENIED, and where was looked', async () => {
    const failure = await fail({})
    expect([failure.code, failure.message]).toEqual([
      'DENIED',
      'no AWS credentials: none in the environment, the profile default, a web identity, a container or an instance',
    ])
  })

  test.each([
    ['the default profile', {}, {}, 'default'],
    ['AWS_PROFILE', { AWS_PROFILE: 'ops' }, {}, 'ops'],
    ['?profile=, before AWS_PROFILE', { AWS_PROFILE: 'default' }, { profile: 'ops' }, 'ops'],
    ['?profile=, before keys in the environment', keysOf(unrestricted()), { profile: 'ops' }, 'ops'],
  ])('profile by %s', async (_, env, options, expected) => {
    using home = createFolder()
    const keys = { default: unrestricted(), ops: unrestricted() }
    home.write('.aws/credentials', `[default]\n${iniOf(keys.default)}[ops]\n${iniOf(keys.ops)}`)
    home.write('.aws/config', `[default]\nregion = ${REGION}\n[profile ops]\nregion = ${REGION}\n`)
    expect(await read({ AWS_REGION: undefined, HOME: home.path, ...env }, options)).toBe('a text')
    expect([await isUsed(keys.default), await isUsed(keys.ops)]).toEqual([
      expected === 'default',
      expected === 'ops',
    ])
  })

  test('a profile that does not exist: BAD_CONFIG, not the next source', async () => {
    using home = createFolder()
    home.write('.aws/credentials', `[default]\n${iniOf(unrestricted())}`)
    const failure = await fail({ HOME: home.path, AWS_PROFILE: 'opps' })
    expect([failure.code, failure.message]).toEqual(['BAD_CONFIG', 'there is no AWS profile opps'])
  })

  test('a profile whose program prints the keys', async () => {
    using home = createFolder()
    const { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey } = unrestricted()
    const output = home.write('keys.json', JSON.stringify({ Version: 1, AccessKeyId, SecretAccessKey }))
    home.write('.aws/config', `[profile tool]\ncredential_process = /bin/cat ${output}\n`)
    expect(await read({ HOME: home.path, AWS_PROFILE: 'tool' })).toBe('a text')
  })

  test('a profile whose program fails: DENIED, and nothing of what it printed', async () => {
    using home = createFolder()
    home.write(
      '.aws/config',
      `[profile tool]\ncredential_process = /bin/sh -c "echo ${PLANTED} >&2; exit 3"\n`,
    )
    const failure = await fail({ HOME: home.path, AWS_PROFILE: 'tool' })
    expect([failure.code, failure.message, failure.details.hint]).toEqual([
      'DENIED',
      'the AWS profile tool gave no credentials (CredentialsProviderError)',
      'aws sts get-caller-identity --profile tool',
    ])
  })

  test('an SSO session that is over: DENIED, and how to log in', async () => {
    using home = createFolder()
    const session = '[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp.example/start\n'
    const account = 'sso_session = corp\nsso_account_id = 111122223333\nsso_role_name = reader\n'
    home.write('.aws/config', `${session}[profile corp]\n${account}`)
    const failure = await fail({ HOME: home.path, AWS_PROFILE: 'corp' })
    expect([failure.code, failure.details.hint]).toEqual(['DENIED', 'aws sso login --profile corp'])
  })

  test('a profile of another role, by the keys of its source', async () => {
    using home = createFolder()
    home.write('.aws/credentials', `[base]\n${iniOf(unrestricted())}`)
    const role = `[profile reader]\nrole_arn = ${await createRole()}\nsource_profile = base\n`
    home.write('.aws/config', role)
    // The SDK's own client of STS takes its address from there.
    await withVariables({ AWS_ENDPOINT_URL_STS: aws.endpoint }, async () => {
      expect(await read({ HOME: home.path, AWS_PROFILE: 'reader' })).toBe('a text')
    })
  })
})
