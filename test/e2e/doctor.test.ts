/** `doctor` tells what is set up, shows no value and asks nobody. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { resolve } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { findLeaks } from '../helpers/leaks.ts'
import { ARTIFACTS, secwrap } from '../helpers/secwrap.ts'
import { createFolder } from '../helpers/temporary-folder.ts'

const PLANTED = 'planted-value-8Kx!$%'

const rowsOf = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map(line => line.split('\t') as [part: string, state: string, detail: string])

describe.each(ARTIFACTS)('$name', artifact => {
  test('a folder without a template: what this program is, and exit code 0', async () => {
    const { exitCode, stdout, stderr } = await secwrap(['doctor'], { artifact })
    expect([exitCode, stderr]).toEqual([0, ''])
    expect(rowsOf(stdout)).toEqual([
      ['secwrap', 'ok', expect.stringMatching(/^\d+\.\d+\.\d+, (compiled file|npm package)$/)],
      ['runtime', 'ok', expect.stringMatching(/^(Bun|Node) \d+\.\d+\.\d+, linux \w+$/)],
      ['launch', 'ok', 'the command starts as if it were started directly'],
      ['memory', 'ok', expect.stringContaining('hidden')],
      ['template', 'warning', expect.stringContaining('secwrap init')],
    ])
    expect(stdout).toContain(artifact.name)
  })

  test('a template whose stores are set up: nobody is asked, nothing is shown', async () => {
    using folder = createFolder()
    folder.write('password', PLANTED)
    folder.write('.env.template', 'A=file://./password\nB=ssm:///x\nC=vault://secret/x#y\nD=${A}\n')
    let requests = 0
    const server = createServer((_, response) => {
      requests++
      response.end()
    })
    await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const env = {
      ...{ AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: url, VAULT_ADDR: url, VAULT_TOKEN: PLANTED },
      ...{ AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: PLANTED },
    }
    const { exitCode, stdout, stderr } = await secwrap(['doctor'], { artifact, cwd: folder.path, env })
    server.close()
    expect([exitCode, stderr, requests]).toEqual([0, '', 0])
    expect(rowsOf(stdout).slice(4)).toEqual([
      ['template', 'ok', '.env.template: 4 entries'],
      ['file', 'ok', '1 file'],
      ['ssm', 'ok', `${url}; credentials: AWS_ACCESS_KEY_ID`],
      ['vault', 'ok', `${url}; token: VAULT_TOKEN`],
    ])
    expect(findLeaks([PLANTED], stdout)).toEqual([])
  })
})

test('where Node has no FFI, what the launch then lacks', async () => {
  const bundle = resolve(import.meta.dirname, '../../dist/npm/main.js')
  const artifact = { name: 'without FFI', argv: ['node', '--no-experimental-ffi', bundle] }
  const { exitCode, stdout } = await secwrap(['doctor'], { artifact })
  const warnings = rowsOf(stdout).filter(([, state]) => state === 'warning')
  expect(exitCode).toBe(0)
  expect(warnings.map(([part]) => part)).toEqual([...Array(6).fill('launch'), 'memory', 'template'])
  expect(stdout).toContain('SIGPIPE and SIGXFSZ are ignored by the command')
})

test('settings that are missing: 78', async () => {
  using folder = createFolder()
  folder.write('.env.template', 'A=ssm:///x?region=eu-west-1\nB=vault://secret/x#y\n')
  const { exitCode, stdout } = await secwrap(['doctor', '--json'], {
    cwd: folder.path,
    env: { AWS_EC2_METADATA_DISABLED: 'true' },
  })
  const rows = JSON.parse(stdout) as { part: string; state: string; detail: string }[]
  expect(exitCode).toBe(78)
  expect(rows.slice(5)).toEqual([
    {
      part: 'ssm ?region=eu-west-1',
      state: 'problem',
      detail: expect.stringMatching(/^no AWS credentials.*aws configure list$/),
    },
    {
      part: 'vault',
      state: 'problem',
      detail: 'VAULT_ADDR is not set: VAULT_ADDR=https://vault.example.com:8200',
    },
  ])
})

test.each([
  [
    'one problem',
    'A=smm:///x',
    /^\.env\.template:1: A: unknown scheme smm:\/\/ \[BAD_TEMPLATE\]: secwrap check --offline$/,
  ],
  ['two problems', 'A=smm:///x\nB=$' + '{', /^2 problems: secwrap check --offline$/],
])('a template with %s: 78', async (_, template, detail) => {
  using folder = createFolder()
  folder.write('.env.template', template)
  const { exitCode, stdout } = await secwrap(['doctor'], { cwd: folder.path })
  expect([exitCode, rowsOf(stdout)[4]]).toEqual([78, ['template', 'problem', expect.stringMatching(detail)]])
})

test('a template that was asked for and is not there: 78', async () => {
  const { exitCode, stdout } = await secwrap(['doctor', '--template', 'nosuch'])
  expect([exitCode, rowsOf(stdout)[4]?.slice(0, 2)]).toEqual([78, ['template', 'problem']])
})
