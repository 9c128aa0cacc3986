/** Users of a real database that Vault makes for some seconds, under `exec --watch` and without it. */
import { beforeAll, describe, expect, test } from '@jest/globals'
import { type Load, startLoad } from '../helpers/load.ts'
import { ARTIFACTS, type Artifact, COMPILED } from '../helpers/secwrap.ts'
import { createVisits, type Visits } from '../helpers/visits.ts'
import { startWatch, type WatchedRun, waitFor } from '../helpers/watched-run.ts'
import { openVault, type Vault } from '../integration/vault/store.ts'

const root = `${import.meta.dirname}/../..`
const MANY_A_SECOND = 20 // milliseconds

let vault: Vault
beforeAll(() => {
  vault = openVault()
})

/** The example, with a socket that outlives its restarts. */
function startExample(artifact: Artifact, flags: readonly string[], { env }: Visits): WatchedRun {
  return startWatch({
    artifact,
    cwd: `${root}/examples/database`,
    flags: ['--log-level', 'info', ...flags],
    prefix: ['python3', `${root}/test/fixtures/with-socket.py`],
    command: ['node', 'app.js'],
    env,
  })
}

async function startLoadOf(run: WatchedRun): Promise<Load> {
  const [, port] = await run.says(/open on (\d+)/)
  await run.says(/listening/)
  return startLoad(Number(port), MANY_A_SECOND)
}

describe.each(ARTIFACTS)('$name', artifact => {
  test('a lease is renewed, then there is another user, and no request fails', async () => {
    await using visits = await createVisits(vault, [15, 24])
    await using run = startExample(artifact, [], visits)
    const load = await startLoadOf(run)
    await visits.untilUsers(2)
    await load.stop()
    expect([load.failures, await visits.count()]).toEqual([[], { users: 2, visits: load.sent }])
    expect(run.output()).not.toMatch(/failed|lost|secwrap: (warn|error)/)
  }, 90_000)
})

test('where nothing is done about the end of a lease, requests fail', async () => {
  await using visits = await createVisits(vault, [2, 2])
  await using run = startExample(COMPILED, ['--on-change', 'none'], visits)
  const load = await startLoadOf(run)
  await waitFor(() => load.failures.length > 0)
  await load.stop()
  expect([...new Set(load.failures)]).toEqual(['HTTP 500'])
  expect((await visits.count()).users).toBe(1)
  expect(run.output()).toMatch(/query failed: /)
})
