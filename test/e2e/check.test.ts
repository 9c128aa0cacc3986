/** `check` and `get`: what a template comes to, and one value. */
import { chmodSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { findLeaks } from '../helpers/leaks.ts'
import { secwrap } from '../helpers/secwrap.ts'
import { createFolder } from '../helpers/temporary-folder.ts'
import { openParameterStore, type ParameterStore, REGION } from '../integration/aws/parameter-store.ts'
import { createUser } from '../lab/aws-access.ts'
import { callOpenBao, openLab, uniqueName } from '../lab/index.ts'

const lab = openLab()
const prefix = uniqueName('check')
const PLANTED = 'planted-check-value!$9'

let aws: ParameterStore

beforeAll(async () => {
  aws = openParameterStore()
  await aws.put(`/${prefix}/password`, 'first')
  await aws.put(`/${prefix}/password`, PLANTED)
  await callOpenBao(lab.openbao, 'POST', `secret/data/${prefix}`, { data: { port: PLANTED } })
})

afterAll(() => aws.stop())

function environment(address = lab.aws.endpoint) {
  return {
    AWS_ACCESS_KEY_ID: aws.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: aws.credentials.secretAccessKey,
    AWS_REGION: REGION,
    AWS_ENDPOINT_URL_SSM: address,
    VAULT_ADDR: lab.openbao.address,
    VAULT_TOKEN: lab.openbao.rootToken,
  }
}

async function check(
  files: Record<string, string>,
  args: string[] = [],
  env: Record<string, string> = environment(),
) {
  using folder = createFolder()
  for (const [name, text] of Object.entries(files)) folder.write(name, text)
  const result = await secwrap(['check', '--json', '--timeout', '3', ...args], { cwd: folder.path, env })
  expect(findLeaks([PLANTED], result.stdout + result.stderr)).toEqual([])
  const rows = JSON.parse(result.stdout) as Record<string, string>[]
  return { ...result, rows, states: rows.map(({ name, state }) => [name, state]) }
}

test('versions and ages come from the store', async () => {
  const template = `A=text\nB=ssm:///${prefix}/password\nC=vault://secret/${prefix}#port`
  const { rows, exitCode } = await check({ '.env.template': template })
  expect(exitCode).toBe(0)
  expect(rows.map(({ name, source, version, state }) => [name, source, version, state])).toEqual([
    ['A', 'text', '', 'ok'],
    ['B', `ssm:///${prefix}/password`, '2', 'ok'],
    ['C', `vault://secret/${prefix}#port`, '1', 'ok'],
  ])
  expect(rows.slice(1).map(({ age }) => /^\d+[smh]$/.test(age ?? ''))).toEqual([true, true])
})

test('a wildcard tells how many names it brings', async () => {
  const template = `*=vault://secret/${prefix}\nC_*=ssm:///${prefix}/`
  const { states } = await check({ '.env.template': template })
  expect(states).toEqual([
    ['*', 'ok, 1 name'],
    ['C_*', 'ok, 1 name'],
  ])
})

test('missing, forbidden, unreachable, mistyped, unset and unused differ', async () => {
  const nobody = await createUser(lab.aws, {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'sts:GetCallerIdentity', Resource: '*' }],
  })
  const template = [
    `MISSING=ssm:///${prefix}/nosuch`,
    `UNSET=ssm:///${prefix}/nosuch?optional`,
    `FIELD=vault://secret/${prefix}#nosuch`,
    '# @type=port',
    `TYPED=vault://secret/${prefix}#port`,
    `AWAY=vault://secret/x?address=http://127.0.0.1:1#y`,
    'BROKEN=${',
    'OLD=1',
  ].join('\n')
  const more = { '.env.template': template, '.env.prod.template': 'OLD=2' }
  const { states, exitCode } = await check(more, ['-e', 'prod'])
  expect(Object.fromEntries(states.filter(([, state]) => state !== 'unused'))).toEqual({
    MISSING: 'missing',
    UNSET: 'ok, not set',
    FIELD: 'missing',
    TYPED: 'bad value',
    AWAY: 'unreachable',
    BROKEN: 'does not parse',
    OLD: 'ok',
  })
  expect(states).toContainEqual(['OLD', 'unused'])
  expect(exitCode).toBe(66)
  const denied = await check({ '.env.template': `D=ssm:///${prefix}/password` }, [], {
    ...environment(),
    AWS_ACCESS_KEY_ID: nobody.accessKeyId,
    AWS_SECRET_ACCESS_KEY: nobody.secretAccessKey,
  })
  expect([denied.states, denied.exitCode]).toEqual([[['D', 'forbidden']], 77])
})

test('--offline asks no store', async () => {
  const template = `A=ssm:///${prefix}/password\nB=\${NOSUCH}`
  const { states, exitCode } = await check({ '.env.template': template }, ['--offline'], {})
  expect([states, exitCode]).toEqual([
    [
      ['A', 'not read'],
      ['B', 'does not parse'],
    ],
    65,
  ])
})

test('into a pipe the rows come bare, between tabs', async () => {
  using folder = createFolder()
  folder.write('.env.template', 'A=1\nB=x y')
  const { stdout } = await secwrap(['check'], { cwd: folder.path })
  expect(stdout).toBe('A\ttext\t\t\tok\t.env.template:1\nB\ttext\t\t\tok\t.env.template:2\n')
})

test.each([
  ['a value', 'value', 'file://./value', 'x\n y', 0, 'x\n y'],
  ['a value without its last newline', 'value', 'file://./value', 'x\n', 0, 'x'],
  ['a field', 'map.json', 'file://./map.json#a.b', '{"a":{"b":1.0}}', 0, '1.0'],
  ['nothing for what is missing', 'value', 'file://./nosuch', '', 66, ''],
  ['nothing for what is no reference', 'value', 'nosuch', '', 65, ''],
])('get prints %s', async (_, name, reference, text, exitCode, stdout) => {
  using folder = createFolder()
  folder.write(name, text)
  chmodSync(folder.path, 0o700)
  const result = await secwrap(['get', reference], { cwd: folder.path })
  expect([result.exitCode, result.stdout]).toEqual([exitCode, stdout])
  expect(result.stderr === '').toBe(exitCode === 0)
})
