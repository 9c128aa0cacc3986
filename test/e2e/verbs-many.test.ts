/**
 * Five thousand parameters: imported, listed, copied into Vault, and read there by a template of one line.
 *
 * On a Parameter Store of its own: while it is as busy as this, other tests would wait for theirs.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { secwrap } from '../helpers/secwrap.ts'
import { createFolder, type Folder } from '../helpers/temporary-folder.ts'
import { REGION } from '../integration/aws/parameter-store.ts'
import { openVault } from '../integration/vault/store.ts'
import { startAws } from '../lab/aws.ts'
import { unrestricted } from '../lab/aws-access.ts'
import { installPrograms } from '../lab/install.ts'

const COUNT = 5_000
const WITHIN_MS = 600_000
const values = Object.fromEntries(
  Array.from({ length: COUNT }, (_, index) => [`group-${index % 40}/key-${index}`, `value ${index}`]),
)

let folder: Folder
let aws: Awaited<ReturnType<typeof startAws>>
let env: Readonly<Record<string, string>>
let target: string

beforeAll(async () => {
  folder = createFolder()
  const { python } = await installPrograms(() => {})
  aws = await startAws(python, folder.path)
  const vault = openVault()
  target = `vault://${await vault.mount('many', 'kv', { version: '2' })}/prod`
  const { accessKeyId, secretAccessKey } = unrestricted()
  env = {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_REGION: REGION,
    AWS_ENDPOINT_URL: aws.access.endpoint,
    VAULT_ADDR: vault.address,
    VAULT_TOKEN: vault.rootToken,
  }
})

afterAll(async () => {
  await Promise.all(aws.servers.map(server => server.stop()))
  folder[Symbol.dispose]()
})

const run = (...args: string[]) => secwrap(args, { cwd: folder.path, env })

test(
  'thousands of secrets: import, list, copy, check',
  async () => {
    folder.write('many.json', JSON.stringify(values))
    expect((await run('import', 'many.json', 'ssm:///prod/', '--yes')).stdout).toBe('5,000 written\n')
    expect((await run('list', 'ssm:///prod/')).stdout.trim().split('\n')).toHaveLength(COUNT)

    const preview = await run('copy', 'ssm:///prod/', target, '--dry-run')
    const rows = preview.stdout.trim().split('\n')
    expect([rows.length, rows.every(row => row.endsWith('\tnew'))]).toEqual([COUNT, true])
    expect(rows).toContain(`ssm:///prod/group-7/key-7\t${target}/group-7/key-7\tnew`)

    const { stdout, stderr, exitCode } = await run('copy', 'ssm:///prod/', target, '--yes')
    expect([exitCode, stdout, stderr]).toEqual([0, '5,000 written\n', ''])
    expect((await run('list', `${target}/`)).stdout.trim().split('\n')).toHaveLength(COUNT)

    folder.write('.env.template', `*=${target}/\n`)
    const check = await run('check')
    expect([check.exitCode, check.stdout]).toEqual([0, expect.stringContaining('ok, 5000 names')])
    expect((await run('get', `${target}/group-19/key-4979#value`)).stdout).toBe('value 4979')
  },
  WITHIN_MS,
)
