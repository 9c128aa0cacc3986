/** `exec --watch` with users of a database that Vault makes for some seconds: renewed, then made anew. */
import { describe, expect, test } from '@jest/globals'
import { startHttpProxy } from '../helpers/http-proxy.ts'
import { ARTIFACTS } from '../helpers/secwrap.ts'
import { createFolder } from '../helpers/temporary-folder.ts'
import { startWatch } from '../helpers/watched-run.ts'
import { createDatabase, openVault } from '../integration/vault/store.ts'

const COMMAND = ['sh', '-c', 'echo "user $U password $P end"; exec sleep 60']
const STARTED = /user (\S+) password (\S+) end/

describe.each(ARTIFACTS)('$name', artifact => {
  test('a lease is renewed while it can be; before it ends for good the command starts anew', async () => {
    const vault = openVault()
    const mount = await createDatabase(vault)
    await vault.call('POST', `${mount}/roles/short`, {
      db_name: 'pg',
      default_ttl: '8s',
      max_ttl: '16s',
      creation_statements: `CREATE ROLE "{{name}}" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'`,
    })
    await using proxy = await startHttpProxy(vault.address)
    using folder = createFolder()
    const reference = `vault://${mount}/creds/short`
    folder.write('.env.template', `U=${reference}#username\nP=${reference}#password\n`)
    const env = { VAULT_ADDR: proxy.address, VAULT_TOKEN: vault.rootToken }
    const flags = ['--interval', '1', '--log-level', 'info']
    await using run = startWatch({ artifact, cwd: folder.path, env, flags, command: COMMAND })
    const [, first] = await run.says(STARTED)
    const begun = performance.now()
    await run.says(new RegExp(`secwrap: info: leases end: ${reference}\n`), 20_000)
    const [, second] = await run.says(STARTED)
    expect(second).not.toBe(first)
    // Longer than one lease, and not as long as the longest life: so it was renewed, and read anew in time.
    expect(performance.now() - begun).toBeGreaterThan(8_000)
    expect(performance.now() - begun).toBeLessThan(16_000)
    const count = (path: string) => proxy.requests.filter(request => request.path === path).length
    expect(count('/v1/sys/leases/renew')).toBeGreaterThan(0)
    expect(count(`/v1/${mount}/creds/short`)).toBe(2) // polls made no users
  })
})
