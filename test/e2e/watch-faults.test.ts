/** `exec --watch` when what it depends on fails at an awkward moment; faults of looks are in watch-stores.test.ts. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect } from '@jest/globals'
import { type HttpProxy, startHttpProxy } from '../helpers/http-proxy.ts'
import { BARE_ENVIRONMENT, COMPILED, secwrap } from '../helpers/secwrap.ts'
import { testSideBySide } from '../helpers/side-by-side.ts'
import { createFolder, type Folder } from '../helpers/temporary-folder.ts'
import {
  childrenOf,
  isAlive,
  isWorker,
  startWatch,
  TELLING,
  TOLD,
  type WatchedRun,
  waitFor,
} from '../helpers/watched-run.ts'
import { createDatabase, openVault, type Vault } from '../integration/vault/store.ts'

const PATIENCE_MS = 40_000
const HANG = { kind: 'hang' } as const

interface Place {
  readonly vault: Vault
  readonly proxy: HttpProxy
  readonly folder: Folder
  readonly policy: string // to read the secret
  put(value: string): Promise<unknown>
  start(command?: readonly string[], flags?: readonly string[]): WatchedRun
}

/** A secret, a policy and a token of its own to each case, behind a proxy that can fail. */
function withPlace(use: (place: Place) => Promise<void>): () => Promise<void> {
  return async () => {
    const vault = openVault()
    await using proxy = await startHttpProxy(vault.address)
    using folder = createFolder()
    const mount = await vault.mount('kv', 'kv', { version: '2' })
    const put = (value: string) => vault.call('POST', `${mount}/data/app`, { data: { value } })
    await put('one')
    folder.write('.env.template', `A=vault://${mount}/app#value\n`)
    const rules = `path "${mount}/data/app" { capabilities = ["read"] }`
    const policy = await vault.createPolicy(rules)
    const { auth } = await vault.call('POST', 'auth/token/create', { policies: [policy, 'default'] })
    const VAULT_TOKEN = (auth as { client_token: string }).client_token
    const start: Place['start'] = (command = TELLING, flags = []) =>
      startWatch({
        artifact: COMPILED,
        cwd: folder.path,
        env: { VAULT_ADDR: proxy.address, VAULT_TOKEN },
        flags: ['--interval', '0.5', '--debounce', '0.1', '--log-level', 'info', '--timeout', '5', ...flags],
        command,
      })
    await use({ vault, proxy, folder, policy, put, start })
  }
}

const CASES: readonly [string, (place: Place) => Promise<void>][] = [
  [
    'the store is down at the start: an error and its exit code, and nothing has run',
    async ({ folder }) => {
      const env = { VAULT_ADDR: 'http://127.0.0.1:1', VAULT_TOKEN: 'planted' }
      const args = ['exec', '--watch', '--timeout', '2', '--', 'touch', 'started']
      const { exitCode, stderr } = await secwrap(args, { artifact: COMPILED, cwd: folder.path, env })
      expect([exitCode, folder.has('started')]).toEqual([69, false])
      expect(stderr).toMatch(/secwrap: error: .* \[UNAVAILABLE\]/)
    },
  ],
  [
    'the store is down when a lease is due: it is renewed as soon as the store is back, and the command stays',
    async ({ vault, proxy, folder }) => {
      const mount = await createDatabase(vault)
      await vault.call('POST', `${mount}/roles/short`, {
        db_name: 'pg',
        default_ttl: '15s',
        max_ttl: '60s',
        creation_statements: `CREATE ROLE "{{name}}" LOGIN PASSWORD '{{password}}'`,
      })
      folder.write('.env.template', `A=vault://${mount}/creds/short#username\n`)
      const env = { VAULT_ADDR: proxy.address, VAULT_TOKEN: vault.rootToken }
      const flags = ['--interval', '1', '--timeout', '1']
      await using run = startWatch({ artifact: COMPILED, cwd: folder.path, env, flags, command: TELLING })
      const [, , pid] = await run.says(TOLD)
      const renewals = () => proxy.requests.filter(({ path }) => path === '/v1/sys/leases/renew').length
      proxy.fault = () => ({ kind: 'answer', status: 503, body: '{"errors":["Vault is sealed"]}' })
      await waitFor(() => renewals() > 0, 15_000)
      proxy.fault = () => undefined
      const failed = renewals()
      await waitFor(() => renewals() > failed, 15_000)
      expect(isAlive(Number(pid))).toBe(true)
      await run.says(/secwrap: warn: all secrets can be read again/)
      expect(run.output().match(/value/g)).toHaveLength(1)
      run.child.kill('SIGTERM')
      await run.end
    },
  ],
  [
    'a policy is taken away, and given back: the command keeps running, and then hears of the change',
    async ({ vault, policy, put, start }) => {
      await using run = start()
      const [, , pid] = await run.says(TOLD)
      const rules = await vault.call('GET', `sys/policies/acl/${policy}`)
      await vault.call('DELETE', `sys/policies/acl/${policy}`)
      await run.says(
        /secwrap: warn: .*no (policy of the token allows|mount for).*: since \S+Z the command runs/,
      )
      expect(isAlive(Number(pid))).toBe(true)
      await put('two')
      await vault.call('PUT', `sys/policies/acl/${policy}`, rules.data as object)
      await run.says(/all secrets can be read again/, 20_000)
      expect((await run.says(TOLD))[1]).toBe('two')
    },
  ],
  [
    'the store throttles and says for how long: it is asked again, and the command keeps running',
    async ({ proxy, put, start }) => {
      await using run = start(TELLING, ['--interval', '2'])
      const [, , pid] = await run.says(TOLD)
      let asked = 0
      proxy.fault = () => {
        asked++
        return { kind: 'answer', status: 429, headers: { 'retry-after': '3' }, body: '{"errors":[]}' }
      }
      await run.says(/secwrap: warn: .*: since/, 15_000)
      // In the five seconds of a look; by our own pauses it would be six times at least.
      expect([1, 2]).toContain(asked)
      expect(isAlive(Number(pid))).toBe(true)
      await put('two')
      proxy.fault = () => undefined
      expect((await run.says(TOLD, 20_000))[1]).toBe('two')
    },
  ],
  [
    'the store is slower than --timeout: the command keeps running',
    async ({ proxy, put, start }) => {
      await using run = start(TELLING, ['--timeout', '2'])
      const [, , pid] = await run.says(TOLD)
      proxy.fault = () => ({ kind: 'late', delayMs: 4_000 })
      await run.says(/secwrap: warn: .*: since/, 15_000)
      expect(isAlive(Number(pid))).toBe(true)
      proxy.fault = () => undefined
      await put('two')
      expect((await run.says(TOLD, 20_000))[1]).toBe('two')
    },
  ],
  [
    'the resolver is killed while it waits for the old command to end: another one reads',
    async ({ put, start }) => {
      const command = ['sh', '-c', `trap 'echo told' TERM; ${TELLING[2]?.replace('exec sleep 60', LOOP)}`]
      await using run = start(command, ['--stop-timeout', '2'])
      const [, , pid] = await run.says(TOLD)
      await put('two')
      await run.says(/told/)
      for (const other of childrenOf(run.pid)) if (other !== Number(pid)) process.kill(other, 'SIGKILL')
      await run.says(/did not end within 2 s: it is killed/)
      expect((await run.says(TOLD))[1]).toBe('two')
    },
  ],
  [
    'the command ends in the middle of a restart: so does secwrap, as the command ended',
    async ({ proxy, put, folder, start }) => {
      const wait = 'while [ ! -e leave ]; do sleep 0.05; done; exit 7'
      await using run = start(['sh', '-c', `echo "value $A pid $$ end"; ${wait}`], ['--debounce', '2'])
      await run.says(TOLD)
      await put('two')
      await run.says(/secwrap: info: changed/)
      proxy.fault = () => HANG
      await waitFor(() => childrenOf(run.pid).some(pid => isWorker(pid, 'resolver')))
      folder.write('leave', '')
      expect(await run.end).toEqual([7, null])
    },
  ],
  [
    'the command leaves a daemon: secwrap ends with the command, and the daemon lives on',
    async ({ start }) => {
      await using run = start(['sh', '-c', 'setsid sleep 60 >/dev/null 2>&1 & echo "daemon $! end"; exit 3'])
      const [, daemon] = await run.says(/daemon (\d+) end/)
      expect(await run.end).toEqual([3, null])
      expect(isAlive(Number(daemon))).toBe(true)
      process.kill(Number(daemon), 'SIGKILL')
    },
  ],
  [
    'the command closes its output: it is watched as before',
    async ({ folder, put, start }) => {
      const command = ['sh', '-c', 'exec >&- 2>&-; echo "$A" >"value-$A"; exec sleep 60']
      await using _run = start(command)
      await waitFor(() => folder.has('value-one'))
      await put('two')
      await waitFor(() => folder.has('value-two'))
    },
  ],
  [
    'nobody reads the output any more: its own lines end nothing',
    async ({ folder, put, start }) => {
      await using run = start(['sh', '-c', 'echo "$A" >"value-$A"; exec sleep 60'])
      await waitFor(() => folder.has('value-one'))
      run.child.stdout?.destroy()
      run.child.stderr?.destroy()
      await put('two')
      await waitFor(() => folder.has('value-two'))
      expect(isAlive(run.pid)).toBe(true)
    },
  ],
  [
    'the caller’s descriptor 3 is a full pipe: nobody waits for it',
    async ({ folder }) => {
      folder.write('.env.template', '')
      const fill = 'import os,sys\nr,w=os.pipe()\nos.set_blocking(w,False)\n'
      const loop = 'try:\n while True: os.write(w,b"x"*65536)\nexcept BlockingIOError: pass\n'
      const become =
        'os.dup2(w,3);os.set_blocking(3,True);os.set_inheritable(r,True);os.execvp(sys.argv[1],sys.argv[1:])'
      const argv = [
        '-c',
        fill + loop + become,
        ...COMPILED.argv,
        'exec',
        '--watch',
        '--',
        'sh',
        '-c',
        'exit 5',
      ]
      const child = spawn('python3', argv, { cwd: folder.path, env: BARE_ENVIRONMENT, stdio: 'ignore' })
      expect(await once(child, 'exit')).toEqual([5, null])
    },
  ],
]
const LOOP = 'while :; do sleep 0.1; done'

testSideBySide(
  CASES.map(([name, use]) => [name, withPlace(use)] as const),
  PATIENCE_MS,
)
