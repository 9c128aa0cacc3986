/** `render --watch` with tokens of its own log-ins: one for all looks, which ends with them, or with the files. */
import { readFileSync } from 'node:fs'
import { expect } from '@jest/globals'
import { type HttpProxy, startHttpProxy } from '../helpers/http-proxy.ts'
import { findLeaks } from '../helpers/leaks.ts'
import { findInMemory } from '../helpers/memory.ts'
import { ARTIFACTS, type Artifact } from '../helpers/secwrap.ts'
import { testSideBySide } from '../helpers/side-by-side.ts'
import { startSidecar } from '../helpers/sidecar-run.ts'
import { createFolder } from '../helpers/temporary-folder.ts'
import { countRequests, hasLeases, isTokenAlive, readOwnToken } from '../helpers/vault-tokens.ts'
import type { WatchedRun } from '../helpers/watched-run.ts'
import { type LoginLab, openLoginLab } from '../integration/vault/login-lab.ts'
import { createUsers, tokenOf, wrapOf } from '../integration/vault/store.ts'
import { callOpenBao } from '../lab/index.ts'

const PATIENCE_MS = 40_000
/** A source that is this secret and nothing else. */
const fill = (reference: string) => `\${${reference}}`

interface Place {
  readonly lab: LoginLab
  readonly proxy: HttpProxy
  start(source: string, env: object, flags?: readonly string[]): WatchedRun
  put(value: string): Promise<unknown>
  read(): string
}

/** A Vault of its own to each case, behind a proxy that counts. */
function withPlace(artifact: Artifact, run: (place: Place) => Promise<void>): () => Promise<void> {
  return async () => {
    const lab = await openLoginLab()
    await using proxy = await startHttpProxy(lab.vault.address)
    using folder = createFolder()
    const start: Place['start'] = (source, env, flags = []) => {
      folder.write('app.template', source)
      const settings = { VAULT_ADDR: proxy.address, HOME: folder.path, ...env }
      const args = ['--interval', '0.5', '--debounce', '0.05', ...flags, 'app.template:out']
      return startSidecar({ artifact, cwd: folder.path, env: settings, args })
    }
    const put = (value: string) => lab.vault.call('POST', `${lab.mount}/data/app`, { data: { value } })
    await run({ lab, proxy, start, put, read: () => readFileSync(`${folder.path}/out`, 'utf8') })
  }
}

async function end(run: WatchedRun): Promise<void> {
  run.child.kill('SIGTERM')
  expect(await run.end).toEqual([0, null])
}

const CASES: readonly [string, (place: Place) => Promise<void>][] = [
  [
    'one log-in is good for all looks; the process that stays has its token in a file, and not in memory; it is revoked',
    async ({ lab, proxy, start, put, read }) => {
      const { env } = await lab.createAppRole()
      await using run = start(`\${vault://${lab.mount}/app#value}`, env)
      await run.says(/written/)
      await put('another-value')
      await run.says(/written/)
      expect([read(), countRequests(proxy, '/login')]).toEqual(['another-value', 1])
      const token = readOwnToken(run.pid)
      expect(await isTokenAlive(lab.vault, token)).toBe(true)
      expect(findInMemory(run.pid, Buffer.from(token))).toEqual([])
      await end(run)
      expect(await isTokenAlive(lab.vault, token)).toBe(false)
      expect(findLeaks([token, env.VAULT_SECRET_ID, 'another-value'], run.output())).toEqual([])
    },
  ],
  [
    'the token of leases is renewed, until its longest life; then all is read anew by another log-in',
    async ({ lab, proxy, start, read }) => {
      const users = await createUsers(lab.vault)
      const life = { token_policies: users.policy, token_ttl: '9s', token_max_ttl: '20s' }
      const { env } = await lab.createAppRole(life)
      await using run = start(fill(users.reference), env)
      await run.says(/written/)
      const [first, began] = [read(), performance.now()]
      await run.says(/written/, 30_000)
      expect(performance.now() - began).toBeGreaterThan(9_000) // longer than the token had at first
      expect(read()).not.toBe(first)
      expect([countRequests(proxy, '/login'), countRequests(proxy, users.path)]).toEqual([2, 2])
      expect(countRequests(proxy, '/renew-self')).toBeGreaterThan(0)
      expect(countRequests(proxy, '/leases/renew')).toBeGreaterThan(0)
    },
  ],
  [
    'a token that was revoked under it: it logs in again, and makes anew what hung on it',
    async ({ lab, proxy, start, read }) => {
      const users = await createUsers(lab.vault)
      const policies = [users.policy, lab.policy]
      const { env } = await lab.createAppRole({ token_policies: policies })
      await using run = start(`${fill(users.reference)} \${vault://${lab.mount}/app#value}`, env)
      await run.says(/written/)
      const first = read()
      const token = readOwnToken(run.pid)
      await lab.vault.call('POST', 'auth/token/revoke', { token })
      await run.says(/written/)
      expect([read() === first, countRequests(proxy, '/login')]).toEqual([false, 2])
      expect(run.output()).not.toMatch(/warn/)
    },
  ],
  [
    'a wrapped token is unwrapped once, and is good for all looks',
    async ({ lab, proxy, start, put, read }) => {
      const policies = ['default', lab.policy]
      const header = { 'X-Vault-Wrap-TTL': '60s' }
      const wrapped = await callOpenBao(lab.vault, 'POST', 'auth/token/create', { policies }, header)
      await using run = start(`\${vault://${lab.mount}/app#value}`, { VAULT_WRAPPED_TOKEN: wrapOf(wrapped) })
      await run.says(/written/)
      await put('another')
      await run.says(/written/)
      expect([read(), countRequests(proxy, '/unwrap')]).toEqual(['another', 1])
    },
  ],
  [
    'at the end leases stay with the files; with --cleanup they go with them',
    async ({ lab, start }) => {
      const users = await createUsers(lab.vault)
      const policies = ['default', users.policy]
      const VAULT_TOKEN = tokenOf(await lab.vault.call('POST', 'auth/token/create', { policies }))
      await using run = start(fill(users.reference), { VAULT_TOKEN })
      await run.says(/written/)
      await end(run)
      expect(await hasLeases(lab.vault, users.path)).toBe(true)
      await using other = start(fill(users.reference), { VAULT_TOKEN }, ['--cleanup'])
      await other.says(/written/)
      const before = (await lab.vault.call('LIST', `sys/leases/lookup/${users.path}`)) as {
        data: { keys: [] }
      }
      await end(other)
      const after = (await lab.vault.call('LIST', `sys/leases/lookup/${users.path}`)) as {
        data: { keys: [] }
      }
      expect(before.data.keys.length - after.data.keys.length).toBe(1)
      expect(await isTokenAlive(lab.vault, VAULT_TOKEN)).toBe(true)
    },
  ],
  [
    'the store says nothing at the end: it ends all the same',
    async ({ lab, proxy, start }) => {
      const { env } = await lab.createAppRole()
      await using run = start(`\${vault://${lab.mount}/app#value}`, env, ['--interval', '60'])
      await run.says(/written/)
      proxy.fault = () => ({ kind: 'hang' })
      const began = performance.now()
      await end(run)
      expect(performance.now() - began).toBeLessThan(6_000)
    },
  ],
]

for (const artifact of ARTIFACTS) {
  const named = CASES.map(([name, run]) => [`${artifact.name}: ${name}`, withPlace(artifact, run)] as const)
  testSideBySide(named, PATIENCE_MS)
}
