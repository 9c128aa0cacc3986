/** One template over several stores, on both artifacts, against real servers: values right, requests counted. */
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type HttpProxy, startHttpProxy } from '../helpers/http-proxy.ts'
import { findLeaks } from '../helpers/leaks.ts'
import { ARTIFACTS, secwrap } from '../helpers/secwrap.ts'
import { createFolder, type Folder } from '../helpers/temporary-folder.ts'
import { openParameterStore, type ParameterStore, REGION } from '../integration/aws/parameter-store.ts'
import { callOpenBao, openLab, uniqueName } from '../lab/index.ts'

const lab = openLab()
const prefix = uniqueName('stores')
const values = Array.from({ length: 25 }, () => `${randomBytes(12).toString('base64')}$'"é`)
const plantedValue = (index: number) => values[index] ?? ''

let aws: ParameterStore
let ssm: HttpProxy
let vault: HttpProxy
let folder: Folder

beforeAll(async () => {
  aws = openParameterStore()
  ssm = await startHttpProxy(lab.aws.endpoint)
  vault = await startHttpProxy(lab.openbao.address)
  folder = createFolder()
  for (let index = 0; index < 20; index++) await aws.put(`/${prefix}/p${index}`, plantedValue(index))
  for (let index = 20; index < 25; index++) {
    await callOpenBao(lab.openbao, 'POST', `secret/data/${prefix}/v${index}`, {
      data: { value: plantedValue(index) },
    })
  }
  folder.write('file', 'from a file\n')
  folder.write('.env.template', templateText())
})

afterAll(async () => {
  aws.stop()
  await ssm.stop()
  await vault.stop()
  folder[Symbol.dispose]()
})

function templateText(): string {
  const lines = Array.from({ length: 20 }, (_, index) => `P${index}=ssm:///${prefix}/p${index}`)
  const vaultLines = [20, 21, 22, 23, 24].map(index => `V${index}=vault://secret/${prefix}/v${index}#value`)
  return ['F=file://./file', ...lines, ...vaultLines, `AGAIN=x\${ssm:///${prefix}/p0}x`].join('\n')
}

function environmentOf(ssmAddress: string, vaultAddress: string) {
  return {
    AWS_ACCESS_KEY_ID: aws.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: aws.credentials.secretAccessKey,
    AWS_REGION: REGION,
    AWS_ENDPOINT_URL_SSM: ssmAddress,
    VAULT_ADDR: vaultAddress,
    VAULT_TOKEN: lab.openbao.rootToken,
    HOME: '/nonexistent',
  }
}

const PRINT = ['node', '-p', 'JSON.stringify(process.env)']

describe.each(ARTIFACTS)('$name', artifact => {
  test('a file, 20 parameters and 5 paths of Vault: each value right, 2 requests and 6', async () => {
    const [before, beforeVault] = [ssm.requests.length, vault.requests.length]
    const env = environmentOf(ssm.address, vault.address)
    const { stdout, stderr, exitCode } = await secwrap(['exec', '--', ...PRINT], {
      artifact,
      cwd: folder.path,
      env,
    })
    expect([exitCode, stderr]).toEqual([0, ''])
    const seen = JSON.parse(stdout) as Record<string, string>
    const names = [...Array(25).keys()].map(index => seen[index < 20 ? `P${index}` : `V${index}`])
    expect(names).toEqual(values)
    expect([seen.F, seen.AGAIN]).toEqual(['from a file', `x${plantedValue(0)}x`])
    expect(ssm.requests.length - before).toBe(2)
    expect(
      vault.requests
        .slice(beforeVault)
        .map(({ path }) => path.split('/').slice(0, 4).join('/'))
        .sort(),
    ).toEqual([...Array(5).fill('/v1/secret/data'), '/v1/sys/internal'])
  })

  test("secwrap's own credentials do not reach the command, settings do", async () => {
    const env = environmentOf(ssm.address, vault.address)
    const { stdout } = await secwrap(['exec', '--', ...PRINT], { artifact, cwd: folder.path, env })
    const seen = Object.keys(JSON.parse(stdout))
    const passed = Object.keys(env).filter(name => seen.includes(name))
    expect(passed.sort()).toEqual(['AWS_ENDPOINT_URL_SSM', 'AWS_REGION', 'HOME', 'VAULT_ADDR'])
  })

  test('--pass-credentials lets them through', async () => {
    const env = environmentOf(ssm.address, vault.address)
    const args = ['exec', '--pass-credentials', '--', ...PRINT]
    const { stdout } = await secwrap(args, { artifact, cwd: folder.path, env })
    expect(JSON.parse(stdout)).toMatchObject(env)
  })
})

test('nothing is asked where no reference needs it', async () => {
  const [before, beforeVault] = [ssm.requests.length, vault.requests.length]
  using empty = createFolder()
  empty.write('.env.template', `A=\${B:-plain}\nP=\${SET:-\${ssm:///${prefix}/p0}}\n`)
  const env = { ...environmentOf(ssm.address, vault.address), SET: 'set' }
  const { exitCode, stdout } = await secwrap(['exec', '--', 'sh', '-c', 'echo $A $P'], {
    cwd: empty.path,
    env,
  })
  expect([exitCode, stdout]).toEqual([0, 'plain set\n'])
  expect([ssm.requests.length, vault.requests.length]).toEqual([before, beforeVault])
})

/** Answers of stores that fail, each with a planted value or token in every place a careless program would print. */
const PLANTED = 'planted-value-7Qx!$%'
const HOSTILE: readonly (readonly [
  name: string,
  status: number,
  headers: Record<string, string>,
  body: string,
])[] = [
  [
    'an error that quotes',
    400,
    {},
    JSON.stringify({ errors: [PLANTED], message: PLANTED, __type: `X#${PLANTED}` }),
  ],
  [
    'a denial that quotes',
    403,
    {},
    JSON.stringify({
      errors: [`permission denied ${PLANTED}`],
      __type: 'AccessDeniedException',
      Message: PLANTED,
    }),
  ],
  ['a page', 200, { 'content-type': 'text/html' }, `<html>${PLANTED}</html>`],
  ['half a JSON', 200, {}, `{"data": {"data": {"value": "${PLANTED}"`],
  ['another shape', 200, {}, JSON.stringify({ data: PLANTED, Parameters: PLANTED })],
  ['a list for an object', 200, {}, JSON.stringify([PLANTED])],
  ['a failure that quotes', 500, { 'x-error': 'see-body' }, PLANTED],
  [
    'a redirect that quotes',
    307,
    { location: `http://127.0.0.1:1/?token=${encodeURIComponent(PLANTED)}` },
    '',
  ],
  ['a status that is unknown', 299, {}, PLANTED],
]

describe('a failing store prints neither value nor token', () => {
  const noisy = {
    BUN_CONFIG_VERBOSE_FETCH: 'curl',
    NODE_DEBUG: 'http,https,net,tls,fetch,undici',
    DEBUG: '*',
    AWS_SDK_JS_DEBUG: '1',
    VAULT_LOG_LEVEL: 'trace',
  }

  describe.each(ARTIFACTS)('$name', artifact => {
    test.each(HOSTILE)('%s', async (_, status, headers, body) => {
      const [ssmStub, vaultStub] = await Promise.all([
        startHttpProxy('http://127.0.0.1:1'),
        startHttpProxy('http://127.0.0.1:1'),
      ])
      ssmStub.fault = () => ({ kind: 'answer', status, headers, body })
      vaultStub.fault = ssmStub.fault
      const token = `hvs.${randomBytes(20).toString('hex')}`
      const secretKey = randomBytes(20).toString('hex')
      const env = {
        ...environmentOf(ssmStub.address, vaultStub.address),
        ...noisy,
        VAULT_TOKEN: token,
        AWS_SECRET_ACCESS_KEY: secretKey,
      }
      const args = ['exec', '--log-level', 'debug', '--timeout', '2', '--', 'touch', 'ran']
      using place = createFolder()
      place.write('.env.template', 'A=ssm:///x/y\nB=vault://secret/x#value\n')
      const result = await secwrap(args, { artifact, cwd: place.path, env })
      await Promise.all([ssmStub.stop(), vaultStub.stop()])
      expect(place.has('ran')).toBe(false)
      expect(findLeaks([PLANTED, token, secretKey], result.stdout + result.stderr)).toEqual([])
      expect(result.stderr).toMatch(/^secwrap: error: \.env\.template:1: A: /m)
      expect(result.stderr).toMatch(/^secwrap: error: \.env\.template:2: B: /m)
      expect(result.stderr).not.toContain('[BUG]')
    })
  })

  test('and the search finds what a careless program prints', async () => {
    const careless = await secwrap(['exec', '--from-env', '--', 'sh', '-c', 'echo "error: $LEAK" >&2'], {
      env: { LEAK: PLANTED },
    })
    expect(findLeaks([PLANTED], careless.stderr)).toContain('plain of value 1')
  })
})
