/** What a store makes for a read that nobody uses, such as the user of a database, ends with the run. */
import { beforeAll, expect, test } from '@jest/globals'
import { secwrap } from '../helpers/secwrap.ts'
import { createFolder } from '../helpers/temporary-folder.ts'
import { waitFor } from '../helpers/watched-run.ts'
import { type LoginLab, openLoginLab } from '../integration/vault/login-lab.ts'
import { createDatabase } from '../integration/vault/store.ts'

let lab: LoginLab
let database: string
beforeAll(async () => {
  lab = await openLoginLab()
  database = await createDatabase(lab.vault)
})

test.each<[run: string, argv: string[], exitCode: number, left: number]>([
  ['check', ['check'], 0, 0],
  ['render --check', ['render', '--check', 'app.conf.template:app.conf'], 1, 0],
  ['exec, whose command uses it', ['exec', '--', 'true'], 0, 1],
  ['render, whose file holds it', ['render', 'app.conf.template:app.conf'], 0, 1],
])('%s', async (_, argv, exitCode, left) => {
  const policy = await lab.vault.createPolicy(`path "${database}/creds/app" { capabilities = ["read"] }`)
  const ownLogin = (await lab.createAppRole({ token_policies: policy })).env
  for (const env of [{ VAULT_TOKEN: lab.vault.rootToken }, ownLogin]) {
    const before = await countUsers()
    const result = await run(argv, { ...lab.address, ...env })
    expect([result.exitCode, result.stderr]).toEqual([exitCode, ''])
    await waitFor(async () => (await countUsers()) === before + left) // a server ends leases in its own time
  }
})

test('a token that may not end leases leaves them, and that is no problem of the check', async () => {
  const VAULT_TOKEN = await lab.vault.createToken(`path "${database}/creds/app" { capabilities = ["read"] }`)
  const { exitCode, stderr } = await run(['check'], { ...lab.address, VAULT_TOKEN })
  expect([exitCode, stderr]).toEqual([0, ''])
})

async function run(argv: readonly string[], env: Readonly<Record<string, string | undefined>>) {
  using folder = createFolder()
  const reference = `vault://${database}/creds/app`
  folder.write('.env.template', `USER_NAME=${reference}#username\nUSER_PASSWORD=${reference}#password\n`)
  folder.write('app.conf.template', `\${${reference}#username}\n`)
  const set = Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
  return await secwrap([...argv], { cwd: folder.path, env: Object.fromEntries(set) })
}

/** The leases of all users that there are. */
async function countUsers(): Promise<number> {
  const path = `sys/leases/lookup/${database}/creds/app?list=true`
  const answer = await lab.vault.call('GET', path).catch(() => ({ data: { keys: [] } }))
  return (answer.data as { keys: readonly string[] }).keys.length
}
