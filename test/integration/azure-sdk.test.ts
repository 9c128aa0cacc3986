/** What is left to `@azure/identity`: the tools of developers, and certificates. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import type { SecwrapError } from '../../src/core/errors.ts'
import type { Inherited } from '../../src/core/types.ts'
import { createProvider } from '../../src/providers/azure-key-vault.ts'
import { createFolder, type Folder } from '../helpers/temporary-folder.ts'
import type { AzureDouble } from '../lab/azure-double.ts'
import { issueRsa } from '../lab/azure-double-certificates.ts'
import { openLab } from '../lab/index.ts'
import { contextOf, idOf, placeOf, startDouble } from './azure-store.ts'
import { deadline, failureOf } from './contract/store.ts'

const DEV = { AZURE_TOKEN_CREDENTIALS: 'dev' }
const inherited = { PATH: process.env.PATH, AZURE_LOG_LEVEL: process.env.AZURE_LOG_LEVEL }

let double: AzureDouble
let folder: Folder

beforeAll(async () => {
  double = await startDouble()
  double.vault.put('db', 'the value')
})
afterAll(() => double?.stop())
beforeEach(() => {
  folder = createFolder()
  process.env.PATH = folder.path // the tools are looked for here only
})
afterEach(() => {
  Object.assign(process.env, inherited)
  if (inherited.AZURE_LOG_LEVEL === undefined) delete process.env.AZURE_LOG_LEVEL
  folder[Symbol.dispose]()
})

async function read(env: Inherited, signal = deadline()): Promise<string | undefined> {
  const [id, provider] = [idOf('db'), createProvider({}, contextOf({ ...placeOf(double), ...env }))]
  const secret = (await provider.read([id], signal)).get(id)
  return secret && 'reveal' in secret ? secret.reveal() : undefined
}

function failToRead(env: Inherited, signal = deadline()): Promise<SecwrapError> {
  return failureOf(() => read(env, signal), ['planted-output-of-a-tool', ...double.identities.tokens.keys()])
}

/** A program that writes down how it was called. */
function installTool(name: string, script: string): void {
  folder.write(name, `#!/bin/sh\necho "$@" >> '${folder.path}/calls'\n${script}\n`, 0o755)
}

function tokenOf(tenant = double.tenant): string {
  return double.identities.issue({ tenant, resource: double.resource, rights: ['get'] })
}

function answerOfAz(token: string): string {
  return `printf '{"accessToken":"${token}","expires_on":4102444800,"tokenType":"Bearer"}'`
}

test('the token of `az login`, for the vault’s service', async () => {
  installTool(
    'az',
    `test "$*" = 'account get-access-token --output json --resource https://vault.azure.net' || exit 9\n${answerOfAz(tokenOf())}`,
  )
  expect(await read(DEV)).toBe('the value')
})

test('az is asked for the vault’s own tenant where its default is another', async () => {
  const [own, other] = [tokenOf(), tokenOf('0f0e0d0c-0000-4000-8000-000000000001')]
  installTool(
    'az',
    `case "$*" in *'--tenant ${double.tenant}') ${answerOfAz(own)};; *) ${answerOfAz(other)};; esac`,
  )
  expect(await read(DEV)).toBe('the value')
})

test('the token of `azd auth login` where az has none', async () => {
  installTool('az', 'echo "Please run az login; planted-output-of-a-tool" >&2; exit 1')
  installTool('azd', `printf '{"token":"${tokenOf()}","expiresOn":"2100-01-01T00:00:00Z"}'`)
  expect(await read(DEV)).toBe('the value')
})

test.each([
  ['no tool is there', ''],
  ['az is not logged in', 'echo "ERROR: Please run az login; planted-output-of-a-tool" >&2; exit 1'],
  ['az answers nonsense', 'echo planted-output-of-a-tool'],
])('%s: DENIED, with every tool that was tried', async (_, script) => {
  if (script) installTool('az', script)
  const { code, message, details } = await failToRead(DEV)
  expect([code, message]).toEqual([
    'DENIED',
    'no Azure credentials: the Azure CLI is not installed, or not logged in; ' +
      'Azure PowerShell is not installed, or not logged in; ' +
      'the Azure Developer CLI is not installed, or not logged in',
  ])
  expect(details.hint).toContain('az login')
})

test('a tool that hangs: TIMED_OUT at the deadline', async () => {
  installTool('az', 'exec /bin/sleep 2')
  const failure = await failToRead(DEV, AbortSignal.timeout(300))
  expect([failure.code, failure.message]).toEqual(['TIMED_OUT', 'the Azure CLI gave no token in time'])
})

test('a certificate signs the log-in', async () => {
  const { cert, key } = await issueRsa(openLab().openbao, 'lab-app')
  const { clientId, tenant } = double.identities.add({
    tenant: double.tenant,
    rights: ['get'],
    certificate: cert,
  })
  const path = folder.write('app.pem', `${key}\n${cert}\n`)
  const env = { AZURE_TENANT_ID: tenant, AZURE_CLIENT_ID: clientId, AZURE_CLIENT_CERTIFICATE_PATH: path }
  expect(await read(env)).toBe('the value')
  const other = await issueRsa(openLab().openbao, 'lab-app')
  const wrong = {
    ...env,
    AZURE_CLIENT_CERTIFICATE_PATH: folder.write('other.pem', `${other.key}\n${other.cert}\n`),
  }
  expect(await failToRead(wrong)).toMatchObject({
    code: 'DENIED',
    message: expect.stringContaining('(AADSTS700213)'),
  })
  const none = { ...env, AZURE_CLIENT_CERTIFICATE_PATH: `${folder.path}/none.pem` }
  expect(await failToRead(none)).toMatchObject({
    code: 'BAD_CONFIG',
    message: expect.stringContaining('ENOENT'),
  })
})

test('AZURE_LOG_LEVEL does not make the clients write past our log', async () => {
  process.env.AZURE_LOG_LEVEL = 'verbose'
  const written: string[] = []
  const { write } = process.stderr
  process.stderr.write = (text: string | Uint8Array) => written.push(String(text)) > 0
  try {
    const { setLogLevel } = await import('@azure/logger')
    setLogLevel('verbose')
    installTool('az', answerOfAz(tokenOf()))
    expect(await read(DEV)).toBe('the value')
    expect(written).toEqual([])
    const { AzureLogger, createClientLogger } = await import('@azure/logger')
    AzureLogger.log = text => void process.stderr.write(String(text))
    createClientLogger('control').info('loud')
    expect(written).toEqual([expect.stringContaining('loud')])
    AzureLogger.log = () => {}
  } finally {
    process.stderr.write = write
  }
})
