/**
 * The whole of it: the built program as PID 1 of a container, users of a real database that Vault makes for some
 * seconds, and an application under a constant load. How many users there were is read from the database.
 */
import { expect } from '@jest/globals'
import { type Container, isRoot, startContainer, TELL_RIGHTS } from '../helpers/container.ts'
import { findLeaks } from '../helpers/leaks.ts'
import { startLoad } from '../helpers/load.ts'
import { testWith } from '../helpers/needs.ts'
import { createVisits } from '../helpers/visits.ts'
import { openVault } from '../integration/vault/store.ts'

const root = `${import.meta.dirname}/../..`
/** Restarts because another secret has changed, and then because the lease of the user ends. */
const [CHANGES, ENDS] = [45, 5]
/** So that a third of it is enough for a start on a machine with much else to do. */
const LIFE = 9 // seconds
/** Of the process that becomes secwrap. */
const RIGHTS = [
  /^pid 1$/m,
  /^Uid:(\s10001){4}$/m,
  /^Groups:\s*$/m,
  ...['Inh', 'Prm', 'Eff', 'Bnd', 'Amb'].map(set => new RegExp(`^Cap${set}:\\s0{16}$`, 'm')),
  /^NoNewPrivs:\s1$/m,
  /^written no$/m,
]

testWith(isRoot, 'root')(
  'fifty users of a database one after the other, and no request that fails',
  async () => {
    await using visits = await createVisits(openVault(), [LIFE, LIFE])
    await using container = startExample(visits.env)
    const [, port] = await container.says(/open on (\d+)/)
    await container.says(/listening/)
    for (const right of RIGHTS) expect(container.output()).toMatch(right)
    const load = startLoad(Number(port), 20)
    for (let change = 1; change <= CHANGES; change++) {
      await visits.release(change)
      await visits.untilUsers(change + 1)
    }
    await visits.untilUsers(CHANGES + ENDS + 1)
    await load.stop()
    container.kill('SIGTERM')
    expect(await container.end).toEqual([0, null])
    expect([load.failures, (await visits.count()).visits]).toEqual([[], load.sent])
    expect(container.output()).not.toMatch(/failed|lost|secwrap: (warn|error)/)
    expect(container.output().match(/leases end: /g)?.length).toBeGreaterThanOrEqual(ENDS)
    expect(findLeaks([visits.env.VAULT_TOKEN ?? ''], container.output())).toEqual([])
  },
  300_000,
)

function startExample(env: Readonly<Record<string, string>>): Container {
  const templates = ['.env.template', '/config/.env.template'].map(file => `--template ${file}`).join(' ')
  const flags = `--interval 0.5 --debounce 0.1 --log-level info ${templates}`
  const script = `${TELL_RIGHTS}; exec secwrap exec --watch ${flags} -- node app.js`
  return startContainer(
    {
      entryPoint: [],
      command: ['python3', '/fixtures/with-socket.py', 'sh', '-c', script],
      user: 10_001,
      folder: '/app',
    },
    {
      mounts: [
        { target: '/fixtures', source: `${root}/test/fixtures` },
        { target: '/app', source: `${root}/examples/database` },
        { target: '/config', files: { '.env.template': 'RELEASE=vault://kv/release#number\n' } },
        { target: '/node_modules', source: `${root}/node_modules` },
      ],
      env,
    },
  )
}
