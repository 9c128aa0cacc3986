/** examples/docker, compose and swarm on Docker's own engine, with its default seccomp profile. */
import { cpSync, mkdirSync } from 'node:fs'
import { afterAll, beforeAll, expect, jest } from '@jest/globals'
import { install, NODE, SHELL } from '../helpers/buildah.ts'
import { hasCompose } from '../helpers/compose.ts'
import { canRunDocker, type Engine, startEngine } from '../helpers/docker-engine.ts'
import { readDockerfile } from '../helpers/dockerfile.ts'
import { findLeaks } from '../helpers/leaks.ts'
import { testWith } from '../helpers/needs.ts'
import { COMPILED } from '../helpers/secwrap.ts'
import { createFolder, type Folder } from '../helpers/temporary-folder.ts'

jest.setTimeout(120_000) // an image of some hundred megabytes

const EXAMPLES = `${import.meta.dirname}/../../examples`
const PASSWORD = 'planted-engine-password'
const withEngine = testWith(canRunDocker && hasCompose, 'dockerd, root, or Compose')

let engine: Engine
let folder: Folder
beforeAll(async () => {
  if (!canRunDocker && !process.env.CI) return
  folder = createFolder()
  engine = await startEngine()
  const image = readDockerfile(`${EXAMPLES}/docker/Dockerfile`, `${EXAMPLES}/docker/`, 'slim')
  await engine.importImage('shop:1.0', await makeRoot(`${folder.path}/root`), image)
})
afterAll(async () => {
  await engine?.[Symbol.asyncDispose]()
  folder?.[Symbol.dispose]()
})

/** What the Dockerfile makes, without the build. */
async function makeRoot(root: string): Promise<string> {
  mkdirSync(root)
  await install(root, {
    ...SHELL,
    '/usr/local/bin/node': NODE,
    '/usr/local/bin/secwrap': COMPILED.argv[0] ?? '',
  })
  for (const name of ['app.js', 'package.json', '.env.template'])
    cpSync(`${EXAMPLES}/docker/${name}`, `${root}/app/${name}`)
  return root
}

/** The page of the shop, asked for inside of its container. */
async function pageOf(container: string): Promise<string> {
  const ask = "fetch('http://127.0.0.1:3000').then(each => each.text()).then(console.log)"
  return (await engine.docker('exec', container, 'node', '-e', ask)).trim()
}

/** What an expression of node says in the container. */
const evaluate = async (container: string, expression: string) =>
  JSON.parse(await engine.docker('exec', container, 'node', '-p', `JSON.stringify(${expression})`)) as unknown

async function untilSaid(pattern: RegExp, ...args: readonly string[]): Promise<string> {
  const end = Date.now() + 20_000
  for (;;) {
    const said = await engine.docker(...args)
    if (pattern.test(said)) return said
    if (Date.now() > end) throw new Error(`no ${pattern} in: ${said}`)
    await new Promise(done => setTimeout(done, 100))
  }
}

const SHUT = ['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--network', 'none']

for (const [title, flags, page] of [
  ['the app is PID 1', [], /^pid 1, /],
  ['--watch: secwrap is PID 1, the app below it', ['--env', 'SECWRAP_WATCH=true'], /^pid (?!1,)\d+, /],
] as const) {
  withEngine(`docker run, ${title}`, async () => {
    const secret = folder.write('db_password', `${PASSWORD}\n`, 0o444)
    const mount = ['--mount', `type=bind,source=${secret},target=/run/secrets/db_password,readonly`]
    await engine.docker('run', '--detach', '--name', 'shop', ...SHUT, ...mount, ...flags, 'shop:1.0')
    await untilSaid(/listening on 3000/, 'logs', 'shop')
    expect(await pageOf('shop')).toMatch(page)
    expect(await pageOf('shop')).toContain(`password of ${PASSWORD.length} characters`)
    const status = String(await evaluate('shop', "fs.readFileSync('/proc/1/status', 'latin1')"))
    expect(status).toMatch(/^CapEff:\t0+$/m)
    expect(status).toMatch(/^NoNewPrivs:\t1$/m)
    expect(status).toMatch(/^Seccomp:\t2$/m)
    await engine.docker('stop', '--time', '20', 'shop')
    const told = await engine.docker('inspect', 'shop')
    expect(JSON.parse(told)).toMatchObject([{ State: { ExitCode: 0 } }])
    expect(findLeaks([PASSWORD], told + (await engine.docker('logs', 'shop')))).toEqual([])
    await engine.docker('rm', 'shop')
  })
}

withEngine('docker compose up: development', async () => {
  const compose = (...args: string[]) => engine.compose('--project-directory', `${EXAMPLES}/compose`, ...args)
  await compose('up', '--detach')
  const container = (await compose('ps', '--quiet')).trim()
  await untilSaid(/listening on 3000/, 'logs', container)
  expect(await pageOf(container)).toBe(`pid 1, password of ${'not-a-secret'.length} characters`)
  expect(await evaluate(container, 'process.env.SECWRAP_ENVIRONMENT')).toBe('development')
  await compose('down')
})

withEngine('docker stack deploy: a secret of Swarm, in memory, for the app alone', async () => {
  await engine.docker('swarm', 'init', '--advertise-addr', '127.0.0.1', '--listen-addr', '127.0.0.1')
  const secret = folder.write('swarm', PASSWORD)
  await engine.docker('secret', 'create', 'shop_db_password_v1', secret)
  await engine.docker(
    'stack',
    'deploy',
    '--detach=true',
    '--compose-file',
    `${EXAMPLES}/swarm/stack.yaml`,
    'shop',
  )
  const running = await untilSaid(/\n.+\n/, 'ps', '--filter', 'status=running', '--quiet') // two replicas
  const [container = ''] = running.split('\n')
  await untilSaid(/listening on 3000/, 'logs', container)
  expect(await pageOf(container)).toBe(`pid 1, password of ${PASSWORD.length} characters`)
  const stat =
    "(({ uid, mode }) => [uid, (mode & 0o777).toString(8)])(fs.statSync('/run/secrets/db_password'))"
  expect(await evaluate(container, stat)).toEqual([10001, '400'])
  const mounts = String(await evaluate(container, "fs.readFileSync('/proc/mounts', 'latin1')"))
  expect(mounts).toMatch(/^tmpfs \/run\/secrets\/db_password tmpfs ro,/m)
  expect(findLeaks([PASSWORD], await engine.docker('service', 'inspect', 'shop_shop'))).toEqual([])
})
