/** `exec --watch` with tokens that live for seconds: its own log-ins', given ones, and what depends on them. */
import { expect } from '@jest/globals'
import { type HttpProxy, startHttpProxy } from '../helpers/http-proxy.ts'
import { findInMemory } from '../helpers/memory.ts'
import { ARTIFACTS, type Artifact } from '../helpers/secwrap.ts'
import { testSideBySide } from '../helpers/side-by-side.ts'
import { createFolder } from '../helpers/temporary-folder.ts'
import { countRequests, hasLeases, isTokenAlive, readOwnToken } from '../helpers/vault-tokens.ts'
import { startWatch, type WatchedRun, waitFor } from '../helpers/watched-run.ts'
import { openLoginLab } from '../integration/vault/login-lab.ts'
import { createUsers, tokenOf, wrapOf } from '../integration/vault/store.ts'
import { callOpenBao } from '../lab/index.ts'

const PATIENCE_MS = 40_000
const COMMAND = ['sh', '-c', 'echo "value $A end"; exec sleep 60']
const STARTED = /value (\S+) end/

type Lab = Awaited<ReturnType<typeof openLoginLab>>
interface Place {
  readonly lab: Lab
  readonly proxy: HttpProxy
  start(template: string, env: object, flags?: readonly string[]): WatchedRun
  put(value: string): Promise<unknown>
}

/** A Vault of its own to each case, behind a proxy that counts. */
function withPlace(artifact: Artifact, run: (place: Place) => Promise<void>): () => Promise<void> {
  return async () => {
    const lab = await openLoginLab()
    await using proxy = await startHttpProxy(lab.vault.address)
    using folder = createFolder()
    const start: Place['start'] = (template, env, flags = []) => {
      folder.write('.env.template', `A=${template}\n`)
      const settings = { VAULT_ADDR: proxy.address, HOME: folder.path, ...env }
      const fast = ['--interval', '1', '--debounce', '0.05', '--log-level', 'info', ...flags]
      return startWatch({ artifact, cwd: folder.path, env: settings, flags: fast, command: COMMAND })
    }
    const put = (value: string) => lab.vault.call('POST', `${lab.mount}/data/app`, { data: { value } })
    await run({ lab, proxy, start, put })
  }
}

const CASES: readonly [string, (place: Place) => Promise<void>][] = [
  [
    'a log-in of its own lives as long as its leases: one token, renewed, until its longest life; the old one is revoked',
    async ({ lab, proxy, start }) => {
      const users = await createUsers(lab.vault)
      const life = { token_policies: users.policy, token_ttl: '8s', token_max_ttl: '18s' }
      const { env } = await lab.createAppRole(life)
      await using run = start(users.reference, env)
      const [, first] = await run.says(STARTED)
      const token = readOwnToken(run.pid)
      const began = performance.now()
      await run.says(/secwrap: info: leases end: .*the approle log-in/, 20_000)
      expect(performance.now() - began).toBeGreaterThan(8_000) // longer than the token, and the lease, had at first
      const [, second] = await run.says(STARTED)
      expect(second).not.toBe(first)
      const logins = countRequests(proxy, '/login')
      expect([logins, countRequests(proxy, users.path)]).toEqual([2, 2]) // polls neither log in nor make users
      expect(countRequests(proxy, '/renew-self')).toBeGreaterThan(0)
      expect(countRequests(proxy, '/leases/renew')).toBeGreaterThan(0)
      await waitFor(() => countRequests(proxy, '/revoke-self') === 1)
      await eventually(async () => !(await isTokenAlive(lab.vault, token)))
      expect(findInMemory(run.pid, Buffer.from(token))).toEqual([])
    },
  ],
  [
    'at the end it revokes its token, with the leases under it, and ends as the command did',
    async ({ lab, start }) => {
      const users = await createUsers(lab.vault)
      const { env } = await lab.createAppRole({ token_policies: users.policy })
      await using run = start(users.reference, env)
      await run.says(STARTED)
      const token = readOwnToken(run.pid)
      expect(await isTokenAlive(lab.vault, token)).toBe(true)
      expect(await hasLeases(lab.vault, users.path)).toBe(true)
      run.child.kill('SIGTERM')
      expect(await run.end).toEqual([null, 'SIGTERM'])
      expect(await isTokenAlive(lab.vault, token)).toBe(false)
      await eventually(async () => !(await hasLeases(lab.vault, users.path)))
    },
  ],
  [
    'under a given token its leases are revoked at the end, and the token is not',
    async ({ lab, start }) => {
      const users = await createUsers(lab.vault)
      const policies = ['default', users.policy]
      const VAULT_TOKEN = tokenOf(await lab.vault.call('POST', 'auth/token/create', { policies }))
      await using run = start(users.reference, { VAULT_TOKEN })
      await run.says(STARTED)
      run.child.kill('SIGTERM')
      expect(await run.end).toEqual([null, 'SIGTERM'])
      await eventually(async () => !(await hasLeases(lab.vault, users.path)))
      expect(await isTokenAlive(lab.vault, VAULT_TOKEN)).toBe(true)
    },
  ],
  [
    'the store says nothing at the end: it ends all the same, as the command did',
    async ({ lab, proxy, start }) => {
      const users = await createUsers(lab.vault)
      const { env } = await lab.createAppRole({ token_policies: users.policy })
      await using run = start(users.reference, env, ['--interval', '60'])
      await run.says(STARTED)
      proxy.fault = () => ({ kind: 'hang' })
      const began = performance.now()
      run.child.kill('SIGTERM')
      expect(await run.end).toEqual([null, 'SIGTERM'])
      expect(performance.now() - began).toBeLessThan(6_000)
    },
  ],
  [
    'a given token is renewed, and missed in time where it can’t be for long any more',
    async ({ lab, proxy, start }) => {
      const policies = ['default', lab.policy]
      const life = { policies, ttl: '8s', explicit_max_ttl: '18s' }
      const VAULT_TOKEN = tokenOf(await lab.vault.call('POST', 'auth/token/create', life))
      await using run = start(`vault://${lab.mount}/app#value`, { VAULT_TOKEN })
      const began = performance.now()
      await run.says(STARTED)
      await run.says(/secwrap: warn: the token of VAULT_TOKEN ends in [\d.]+ s and is not renewed/, 25_000)
      expect(performance.now() - began).toBeGreaterThan(8_000)
      expect(countRequests(proxy, '/renew-self')).toBeGreaterThan(1)
      await run.says(/secwrap: warn: .*: since \S+Z the command runs with what was read before/, 15_000)
      expect(run.output().match(/is not renewed for long/g)).toHaveLength(1)
    },
  ],
  [
    'a token file that somebody renews is read again each time',
    async ({ lab, start, put }) => {
      const create = async () =>
        tokenOf(await lab.vault.call('POST', 'auth/token/create', { policies: [lab.policy] }))
      using folder = createFolder()
      const [first, second] = [await create(), await create()]
      folder.write('token', first)
      await using run = start(`vault://${lab.mount}/app#value`, { VAULT_TOKEN_FILE: `${folder.path}/token` })
      await run.says(STARTED)
      folder.write('token', second)
      await lab.vault.call('POST', 'auth/token/revoke', { token: first })
      await put('two')
      expect((await run.says(STARTED))[1]).toBe('two')
    },
  ],
  [
    'a wrapped token is unwrapped once, and is good for looks and restarts',
    async ({ lab, proxy, start, put }) => {
      const policies = ['default', lab.policy]
      const life = { policies, ttl: '8s' }
      const header = { 'X-Vault-Wrap-TTL': '60s' }
      const wrapped = await callOpenBao(lab.vault, 'POST', 'auth/token/create', life, header)
      await using run = start(`vault://${lab.mount}/app#value`, { VAULT_WRAPPED_TOKEN: wrapOf(wrapped) })
      await run.says(STARTED)
      for (const value of ['two', 'three']) {
        await put(value)
        expect((await run.says(STARTED))[1]).toBe(value)
      }
      await waitFor(() => countRequests(proxy, '/renew-self') > 0)
      expect([countRequests(proxy, '/unwrap'), countRequests(proxy, '/revoke-self')]).toEqual([1, 0])
      run.child.kill('SIGTERM')
      await run.end
      expect(countRequests(proxy, '/revoke-self')).toBe(1)
    },
  ],
  [
    'its token is revoked under it: it logs in again, and starts anew where leases hung on it',
    async ({ lab, proxy, start, put }) => {
      const { env } = await lab.createAppRole()
      await using run = start(`vault://${lab.mount}/app#value`, env)
      await run.says(STARTED)
      const token = readOwnToken(run.pid)
      await lab.vault.call('POST', 'auth/token/revoke', { token })
      await waitFor(() => countRequests(proxy, '/login') === 2)
      await put('two')
      expect((await run.says(STARTED))[1]).toBe('two')
      expect(run.output()).not.toMatch(/warn/)

      const users = await createUsers(lab.vault)
      const role = await lab.createAppRole({ token_policies: [users.policy, lab.policy] })
      await using leased = start(`${'${'}${users.reference}}${'${'}vault://${lab.mount}/app#value}`, role.env)
      await leased.says(STARTED)
      const other = readOwnToken(leased.pid)
      await lab.vault.call('POST', 'auth/token/revoke', { token: other })
      await leased.says(/secwrap: info: leases end: the approle log-in/)
      await leased.says(STARTED)
    },
  ],
  [
    'a start that fails gives its token back',
    async ({ lab, proxy, start }) => {
      const { env } = await lab.createAppRole()
      await using run = start(`vault://${lab.mount}/nothing#value`, env)
      expect(await run.end).toEqual([77, null])
      expect([countRequests(proxy, '/login'), countRequests(proxy, '/revoke-self')]).toEqual([1, 1])
    },
  ],
]

async function eventually(isTrue: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 10_000
  while (!(await isTrue())) {
    if (performance.now() > end) throw new Error('waited in vain')
    await new Promise(done => setTimeout(done, 50))
  }
}

// The decisions are the same in both; the package shows that its processes carry them out as well.
const [compiled, ...others] = ARTIFACTS
const RUNS: readonly (readonly [Artifact, typeof CASES])[] = [
  ...(compiled ? [[compiled, CASES] as const] : []),
  ...others.map(artifact => [artifact, CASES.slice(0, 2)] as const),
]

testSideBySide(
  RUNS.flatMap(([artifact, cases]) =>
    cases.map(([name, run]) => [`${artifact.name}: ${name}`, withPlace(artifact, run)] as const),
  ),
  PATIENCE_MS,
)
