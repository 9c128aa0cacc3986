/** What lies around or is set for others does not change what secwrap does with secrets. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { startHttpProxy } from '../helpers/http-proxy.ts'
import { findLeaks } from '../helpers/leaks.ts'
import { startMetadataServer } from '../helpers/metadata-server.ts'
import { ARTIFACTS, BARE_ENVIRONMENT, run, secwrap } from '../helpers/secwrap.ts'
import { createFolder } from '../helpers/temporary-folder.ts'
import { openLab } from '../lab/index.ts'

const { openbaoTls: vault, certificates } = openLab()
const token = { VAULT_ADDR: vault.address, VAULT_TOKEN: vault.rootToken }
const reading = ['get', 'vault://sys/health#sealed']
const AZURE_LOGIN = { AZURE_TENANT_ID: 'tenant', AZURE_CLIENT_ID: 'client', AZURE_CLIENT_SECRET: 'planted' }
const AWS_ROLE = { AWS_PROFILE: 'role', AWS_REGION: 'eu-west-1' }
const PROFILES = `[profile role]
role_arn = arn:aws:iam::123456789012:role/app
source_profile = keys
[profile keys]
aws_access_key_id = AKIAPLANTED
aws_secret_access_key = planted
`

describe.each(ARTIFACTS)('$name', artifact => {
  test('files of the working folder that a runtime would obey', async () => {
    using folder = createFolder()
    folder.write('.env.template', 'A=from-the-template\n')
    folder.write('.env', 'B=from-dotenv\n')
    folder.write('bunfig.toml', 'preload = ["./preload.js"]\n')
    folder.write('preload.js', 'require("node:fs").writeFileSync("ran", "")\n')
    folder.write('package.json', '{ "type": "commonjs", "imports": { "#x": "./preload.js" } }')
    folder.write('tsconfig.json', '{ this does not parse')
    const { exitCode, stdout } = await secwrap(['exec', '--', 'env'], { artifact, cwd: folder.path })
    const variables = stdout.split('\n').filter(line => /^[AB]=/.test(line))
    expect([exitCode, variables, folder.has('ran')]).toEqual([0, ['A=from-the-template'], false])
  })

  test.each([
    ['the switch of Node that checks no certificate', { NODE_TLS_REJECT_UNAUTHORIZED: '0' }],
    ['an authority for somebody else', { SSL_CERT_FILE: '/nosuch' }],
  ])('%s does not open a store whose certificate is not trusted', async (_, settings) => {
    const { exitCode, stdout, stderr } = await secwrap(reading, { artifact, env: { ...token, ...settings } })
    expect([exitCode, stdout]).toEqual([78, ''])
    expect(stderr).toMatch(/no trusted TLS connection \([A-Z_]+\) \[BAD_CONFIG\]/)
    expect(findLeaks([vault.rootToken], stderr)).toEqual([])
  })

  test.each([
    ['Azure’s', ['set', 'azurekv://vault/name'], 'SECWRAP_AZUREKV_ENDPOINT', AZURE_LOGIN],
    ['AWS’s', ['get', 'ssm:///name'], 'AWS_ENDPOINT_URL_STS', AWS_ROLE],
  ])('nor does it for %s own client', async (_, args, setting, settings) => {
    using home = createFolder()
    home.write('.aws/config', PROFILES)
    const pem = {
      cert: readFileSync(certificates.certFile, 'utf8'),
      key: readFileSync(certificates.keyFile, 'utf8'),
    }
    const stranger = await startHttpProxy(vault.address, pem)
    const env = {
      ...settings,
      [setting]: stranger.address,
      HOME: home.path,
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
    }
    const { exitCode, stderr } = await secwrap(args, { artifact, env, input: 'a value' })
    await stranger.stop()
    expect([exitCode, stranger.requests]).toEqual([78, []])
    expect(stderr).toMatch(/no trusted TLS connection \([A-Z_]+\) \[BAD_CONFIG\]/)
  })

  test("a container's token is not given to the proxy, whatever Node is told", async () => {
    const proxy = await startMetadataServer(() => [502, ''])
    const platform = await startMetadataServer(() => [200, '{"AccessKeyId":"a","SecretAccessKey":"b"}'])
    const env = {
      ...{ HTTP_PROXY: proxy.address, NO_PROXY: 'localhost', NODE_USE_ENV_PROXY: '1' },
      ...{ AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: 'http://localhost:1', HOME: '/nonexistent' },
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${platform.address}/role`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: 'planted-token',
    }
    const { exitCode } = await secwrap(['get', '--timeout', '2', 'ssm:///name'], { artifact, env })
    await Promise.all([proxy.stop(), platform.stop()])
    expect([exitCode, platform.asked.length, proxy.asked]).toEqual([69, 1, []])
  })

  test("the store's own setting does", async () => {
    const env = { ...token, VAULT_CACERT: certificates.caFile }
    const { exitCode, stdout, stderr } = await secwrap(reading, { artifact, env })
    expect([exitCode, stdout, stderr]).toEqual([0, 'false', ''])
  })

  test('and VAULT_SKIP_VERIFY does, with a warning', async () => {
    const env = { ...token, VAULT_SKIP_VERIFY: 'true' }
    const { exitCode, stdout, stderr } = await secwrap(reading, { artifact, env })
    expect([exitCode, stdout]).toEqual([0, 'false'])
    expect(stderr).toMatch(/^secwrap: warn: VAULT_SKIP_VERIFY: the certificate of .* is not checked\n$/)
  })
})

test('what stands in a message can neither begin a line of its own nor move the cursor', async () => {
  using folder = createFolder()
  folder.write('.env.template', '')
  const forged = 'x\u001b[2K\r\nsecwrap: error: forged\u2028\u202e'
  const { stderr } = await secwrap(['exec', '--', forged], { cwd: folder.path })
  const [line, ...others] = stderr.trimEnd().split('\n')
  expect(line).toBe(
    'secwrap: error: command not found: x\\u001b[2K\\u000d\\u000asecwrap: error: forged\\u2028\\u202e [NO_COMMAND]',
  )
  expect(others.map(other => other.slice(0, 14))).toEqual(['secwrap: hint:'])
})

test('nor what a store says of what was written', async () => {
  const store = await startMetadataServer(() => [200, '{"Version":"7\\u001b[2K\\u009b2J\\u202e"}'])
  const env = {
    ...{ AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: store.address },
    ...{ AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'key' },
  }
  const { stdout } = await secwrap(['set', 'ssm:///name'], { env, input: 'value' })
  await store.stop()
  expect(stdout).toBe('ssm:///name written, version 7?[2K?2J?\n')
})

test('a plain program of the runtime does obey what is set for it', async () => {
  using folder = createFolder()
  folder.write('preload.js', 'require("node:fs").writeFileSync("ran", "")\n')
  const env = { NODE_OPTIONS: '--require ./preload.js', PATH: BARE_ENVIRONMENT.PATH }
  await run(['node', '-e', '0'], { cwd: folder.path, env })
  expect(folder.has('ran')).toBe(true)
})
