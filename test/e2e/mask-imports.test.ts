/** `exec --mask` where the template does not name each value: wildcards, `--from` and `--from-env`. */
import { describe, expect, test } from '@jest/globals'
import { findLeaks } from '../helpers/leaks.ts'
import { ARTIFACTS, secwrap } from '../helpers/secwrap.ts'
import { createFolder } from '../helpers/temporary-folder.ts'
import { openVault } from '../integration/vault/store.ts'

const [HOST, PASSWORD, KEY, TOKEN] = ['planted-host-1', 'planted-pass-2', 'planted-key-3', 'planted-token-4']

describe.each(ARTIFACTS)('$name', artifact => {
  test('values that come by a wildcard, --from and --from-env are masked', async () => {
    const vault = openVault()
    const mount = await vault.mount('kv', 'kv', { version: '2' })
    await vault.call('POST', `${mount}/data/db`, { data: { host: HOST, password: PASSWORD } })
    await vault.call('POST', `${mount}/data/api`, { data: { key: KEY } })
    await vault.call('POST', `${mount}/data/inherited`, { data: { token: TOKEN } })
    using folder = createFolder()
    folder.write('.env.template', `DB_*=vault://${mount}/db\n`)
    const flags = ['--mask', '--from', `vault://${mount}/api`, '--from-env']
    const env = {
      VAULT_ADDR: vault.address,
      VAULT_TOKEN: vault.rootToken,
      INHERITED: `vault://${mount}/inherited#token`,
    }
    const script =
      'echo "$DB_HOST, $DB_PASSWORD"; echo "$KEY" >&2; printf %s "$INHERITED" | base64; echo "${#KEY}"'
    const result = await secwrap(['exec', ...flags, '--', 'sh', '-c', script], {
      artifact,
      cwd: folder.path,
      env,
    })
    expect(result).toMatchObject({ exitCode: 0, stderr: '[masked]\n' })
    expect(result.stdout).toMatch(/^\[masked\], \[masked\]\n.{0,6}\[masked\].{0,6}\n13\n$/)
    expect(findLeaks([HOST, PASSWORD, KEY, TOKEN], result.stdout + result.stderr)).toEqual([])
  })
})
