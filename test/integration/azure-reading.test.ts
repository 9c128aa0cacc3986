/** What a vault may answer instead of the secret, and what a user is told of it. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import type { SecwrapError } from '../../src/core/errors.ts'
import type { SecretId } from '../../src/core/types.ts'
import { createProvider } from '../../src/providers/azure-key-vault.ts'
import { type HttpProxy, startHttpProxy } from '../helpers/http-proxy.ts'
import type { AzureDouble } from '../lab/azure-double.ts'
import { type Answer, PLANTED_MESSAGE, VAULT_ERRORS, vaultError } from '../lab/azure-double-answers.ts'
import { uniqueName } from '../lab/index.ts'
import { contextOf, idOf, startDouble } from './azure-store.ts'
import { deadline, failureOf } from './contract/store.ts'

const PLANTED = 'planted-azure-value-77ab'

let double: AzureDouble
let proxy: HttpProxy

beforeAll(async () => {
  double = await startDouble()
  double.identities.machine = { tenant: double.tenant, rights: ['get', 'list'] }
  proxy = await startHttpProxy(double.plainAddress)
})
afterAll(() => Promise.all([proxy?.stop(), double?.stop()]))
beforeEach(() => {
  proxy.fault = () => undefined
})

function open(warnings: string[] = []) {
  const env = {
    SECWRAP_AZUREKV_ENDPOINT: proxy.address,
    AZURE_POD_IDENTITY_AUTHORITY_HOST: double.plainAddress,
  }
  return createProvider({}, contextOf(env, warnings))
}

async function read(id: SecretId, warnings: string[] = []): Promise<string | undefined> {
  const secret = (await open(warnings).read([id], deadline())).get(id)
  return secret && 'reveal' in secret ? secret.reveal() : undefined
}

function failToRead(id: SecretId): Promise<SecwrapError> {
  return failureOf(() => read(id), [PLANTED, PLANTED_MESSAGE, ...double.identities.tokens.keys()])
}

/** Only the secret is answered so; what comes before it goes well. */
function answerSecret(name: string, { status, body, headers = {} }: Answer): void {
  const fault = {
    kind: 'answer',
    status,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers,
  } as const
  proxy.fault = ({ path }) => (path.startsWith(`/secrets/${name}?`) ? fault : undefined)
}

const NAME = 'asked-for'
const PLACE = () => `key vault at ${proxy.address}`

test.each([
  ['policy', 'DENIED', ': no access policy lets this identity get secrets', 'az keyvault set-policy'],
  ['olderPolicy', 'DENIED', ': no access policy lets this identity get secrets', 'az keyvault set-policy'],
  ['rbac', 'DENIED', ': no role lets this identity get secrets', '"Key Vault Secrets User"'],
  ['firewall', 'DENIED', ': its firewall does not let this address in', 'network-rule add'],
  ['privateLink', 'DENIED', ': it takes connections over its private link only', 'az keyvault show'],
  ['purgeProtection', 'DENIED', ': this identity may not get secrets', 'az role assignment list'],
  [
    'badParameter',
    'BAD_CONFIG',
    ` refuses the request for azurekv://lab-vault/${NAME} (HTTP 400)`,
    undefined,
  ],
] as const)('%s: %s', async (kind, code, fact, hint) => {
  answerSecret(NAME, vaultError(VAULT_ERRORS[kind]))
  const failure = await failToRead(idOf(NAME))
  expect([failure.code, failure.message, failure.details.retry]).toEqual([
    code,
    `${PLACE()}${fact}`,
    undefined,
  ])
  expect(failure.details.hint ?? '').toContain(hint ?? '')
})

test.each([
  ['deleted', 'is deleted'],
  ['beingDeleted', 'is being deleted or recovered'],
] as const)('%s: NOT_FOUND, and how to have it back', async (kind, fact) => {
  answerSecret(NAME, vaultError(VAULT_ERRORS[kind]))
  const { code, message, details } = await failToRead(idOf(NAME))
  expect([code, message]).toEqual(['NOT_FOUND', `azurekv://lab-vault/${NAME} ${fact}`])
  expect(details.hint).toBe(`az keyvault secret recover --vault-name lab-vault --name ${NAME}`)
})

test('a disabled secret: DENIED, so that neither ?optional nor a default stands in for it', async () => {
  const name = uniqueName('disabled')
  double.vault.put(name, PLANTED, { enabled: false })
  const { code, message, details } = await failToRead(idOf(name))
  expect([code, message]).toEqual(['DENIED', `azurekv://lab-vault/${name} is disabled`])
  expect(details.hint).toContain('--enabled true')
})

test.each([
  ['500', { status: 500, body: PLANTED }, { retry: {} }],
  [
    '503 with a wish',
    { status: 503, body: PLANTED, headers: { 'Retry-After': '3' } },
    { retry: { afterMs: 3_000 } },
  ],
  ['429', vaultError(VAULT_ERRORS.throttled), { retry: { throttled: true } }],
  ['404 of a proxy', { status: 404, body: `<html>${PLANTED}` }, {}],
  ['200 of a portal', { status: 200, body: `<html>${PLANTED}` }, {}],
  ['200 without a value', { status: 200, body: { id: PLANTED } }, {}],
  ['200 with a value that is no text', { status: 200, body: { value: { a: PLANTED } } }, {}],
  ['a redirect', { status: 302, body: '', headers: { Location: 'http://127.0.0.1:9/' } }, {}],
] satisfies [string, Answer, object][])('%s for the secret: UNAVAILABLE', async (_, answer, details) => {
  answerSecret(NAME, answer)
  const failure = await failToRead(idOf(NAME))
  expect([failure.code, failure.message.startsWith(PLACE())]).toEqual(['UNAVAILABLE', true])
  expect(failure.details).toEqual(details)
})

test.each([
  [
    'lab-vault/under_score',
    'names in a key vault have letters, digits and hyphens only',
    'azurekv://lab-vault/under-score',
  ],
  ['lab-vault', 'names in a key vault have letters, digits and hyphens only', 'azurekv://lab-vault/NAME'],
  [`lab-vault/${'n'.repeat(128)}`, 'names in a key vault', 'azurekv://'],
  ['lab-vault/secrets/name', 'the path is not a vault and a name', 'azurekv://lab-vault/name'],
  ['x/name', "x can't be the name of a vault", ''],
])('%s: BAD_TEMPLATE, and nobody is asked', async (path, fact, hint) => {
  const before = proxy.requests.length
  const failure = await failToRead({ uri: `azurekv://${path}`, scheme: 'azurekv', path, options: {} })
  expect([failure.code, failure.message]).toEqual(['BAD_TEMPLATE', expect.stringContaining(fact)])
  expect(failure.details.hint ?? '').toContain(hint)
  expect(proxy.requests.length).toBe(before)
})

const DAY = 86_400
const now = Math.floor(Date.now() / 1_000)

test.each([
  ['in its time', { nbf: now - DAY, exp: now + DAY }, []],
  ['expired', { exp: now - DAY }, ['expired on 20']],
  ['not yet valid', { nbf: now + DAY }, ['is not valid before 20']],
])('a secret that is %s is read, with a warning where it is not', async (_, attributes, expected) => {
  const name = uniqueName('timed')
  double.vault.put(name, PLANTED, attributes)
  const warnings: string[] = []
  expect(await read(idOf(name), warnings)).toBe(PLANTED)
  expect(
    warnings.map(text => text.slice(0, `azurekv://lab-vault/${name} ${expected[0] ?? ''}`.length)),
  ).toEqual(expected.map(text => `azurekv://lab-vault/${name} ${text}`))
})

test('a vault whose name nobody has: UNAVAILABLE, with a way to look for it', async () => {
  const env = { SECWRAP_AZUREKV_ENDPOINT: 'https://{vault}.invalid' }
  const provider = createProvider({}, contextOf(env))
  const failure = await failureOf(() => provider.read([idOf('db')], deadline()), [PLANTED])
  expect([failure.code, failure.details.hint]).toEqual(['UNAVAILABLE', 'az keyvault show --name lab-vault'])
  expect(failure.message).toMatch(/^key vault at https:\/\/lab-vault\.invalid can't be reached \(E[A-Z_]+\)$/)
})
