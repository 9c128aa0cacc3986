/**
 * The database of examples/database, with users that Vault makes for some seconds. Whoever is still there when the lease
 * of its user ends is thrown out.
 */
import pg from 'pg'
import { tokenOf, type Vault } from '../integration/vault/store.ts'
import { openLab, uniqueName } from '../lab/index.ts'

export interface Visits extends AsyncDisposable {
  readonly env: Readonly<Record<string, string>> // for secwrap with the template of the example
  /** Users that have written, and what they wrote. */
  count(): Promise<Count>
  /** Writes the secret `vault://kv/release#number`, which a template may have beside the user. */
  release(number: number): Promise<void>
  /** Waits until so many users have written. */
  untilUsers(count: number): Promise<void>
}

interface Count {
  readonly users: number
  readonly visits: number
}

/** @param life - how long a user lives, and the longest that it can, in seconds. */
export async function createVisits(vault: Vault, life: readonly [number, number]): Promise<Visits> {
  const { host, port, user, password } = openLab().postgres
  const name = uniqueName('visits')
  const admin = new pg.Client(openLab().postgres)
  await admin.connect()
  await admin.query(`CREATE DATABASE "${name}"`)
  await admin.end()
  const client = new pg.Client({ ...openLab().postgres, database: name })
  await client.connect()
  await client.query('CREATE TABLE visits (visitor text DEFAULT current_user)')
  const namespace = await vault.createNamespace()
  const put = (path: string, body: object) => vault.call('POST', path, body, namespace)
  await put('sys/mounts/database', { type: 'database' })
  await put('database/config/pg', {
    plugin_name: 'postgresql-database-plugin',
    allowed_roles: 'app',
    connection_url: `postgresql://{{username}}:{{password}}@${host}:${port}/${name}?sslmode=disable`,
    username: user,
    password,
  })
  const [usual, longest] = life.map(seconds => `${seconds}s`)
  await put('database/roles/app', { db_name: 'pg', default_ttl: usual, max_ttl: longest, ...STATEMENTS })
  const release = async (number: number) => void (await put('kv/data/release', { data: { number } }))
  await release(0)
  const paths = ['database/creds/app', 'kv/data/release']
  const policy = paths.map(path => `path "${path}" { capabilities = ["read"] }\n`).join('')
  await put('sys/policies/acl/app', { policy })
  const token = tokenOf(await put('auth/token/create', { policies: ['app'] }))
  const count = async (): Promise<Count> => {
    const columns = 'count(DISTINCT visitor)::int AS users, count(*)::int AS visits'
    const { rows } = await client.query(`SELECT ${columns} FROM visits`)
    return rows[0]
  }
  return {
    count,
    release,
    async untilUsers(wanted) {
      while ((await count()).users < wanted) await new Promise(done => setTimeout(done, 50))
    },
    env: {
      VAULT_ADDR: vault.address,
      VAULT_TOKEN: token,
      VAULT_NAMESPACE: namespace,
      DB_HOST: `${host}:${port}`,
      DB_NAME: name,
    },
    [Symbol.asyncDispose]: () => client.end(),
  }
}

const STATEMENTS = {
  creation_statements: [
    `CREATE ROLE "{{name}}" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'`,
    'GRANT SELECT, INSERT ON visits TO "{{name}}"',
  ],
  revocation_statements: [
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{{name}}'`,
    'REVOKE ALL ON visits FROM "{{name}}"',
    'DROP ROLE "{{name}}"',
  ],
}
