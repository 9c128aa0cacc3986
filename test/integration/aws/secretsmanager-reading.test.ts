/** What only Secrets Manager has: batches by a permission of their own, ARNs, binary and deleted secrets. */
import { afterAll, expect, test } from '@jest/globals'
import { SecwrapError } from '../../../src/core/errors.ts'
import type { Secret } from '../../../src/core/secret.ts'
import type { Inherited, Reference, SecretId, TemplateEntry } from '../../../src/core/types.ts'
import { createProvider } from '../../../src/providers/secrets-manager.ts'
import { resolve } from '../../../src/resolve/resolve.ts'
import { type Credentials, callsOf, createUser, unrestricted } from '../../lab/aws-access.ts'
import { openLab, uniqueName } from '../../lab/index.ts'
import { deadline, failureOf } from '../contract/store.ts'
import { allow, contextOf, REGION } from './parameter-store.ts'
import { envOf, idOf, openSecretsStore } from './secrets-store.ts'

const { aws } = openLab()
const store = openSecretsStore()
afterAll(() => store.stop())

const GET = 'secretsmanager:GetSecretValue'
const BATCH = 'secretsmanager:BatchGetSecretValue'

async function read(env: Inherited, ids: readonly SecretId[], options = {}): Promise<unknown[]> {
  const found = await createProvider(options, contextOf(env)).read(ids, deadline())
  return ids.map(id => show(found.get(id)))
}

function show(outcome: Secret | SecwrapError | undefined): unknown {
  if (outcome instanceof SecwrapError) return `${outcome.code}: ${outcome.message}`
  return outcome?.reveal()
}

async function create(count: number): Promise<string[]> {
  const top = uniqueName('many')
  const names = Array.from({ length: count }, (_, index) => `${top}/${index}`)
  await Promise.all(names.map(name => store.create(name, plantedIn(name))))
  return names
}

function plantedIn(name: string): string {
  return `planted value of ${name}`
}

async function actionsOf(credentials: Credentials): Promise<string[]> {
  return (await callsOf(aws, credentials)).map(({ action }) => action)
}

function referenceTo(name: string, line: number): TemplateEntry {
  const reference: Reference = { raw: `secretsmanager://${name}`, id: idOf(name), optional: false }
  return { file: '.env.template', line, name: `NAME_${line}`, parts: [reference], decorators: {} }
}

test('45 references take 3 calls', async () => {
  const reader = unrestricted()
  const names = await create(45)
  const entries = names.map((name, index) => referenceTo(name, index + 1))
  const resolved = await resolve(
    { entries, problems: [], warnings: [] },
    contextOf(envOf(reader)),
    deadline(),
  )
  expect([...resolved.secrets.values()].map(secret => secret.reveal())).toEqual(names.map(plantedIn))
  expect(await actionsOf(reader)).toEqual(Array.from({ length: 3 }, () => 'BatchGetSecretValue'))
})

test('one secret needs no permission for batches', async () => {
  const [name = ''] = await create(1)
  const reader = await createUser(aws, allow([GET], ['*']))
  expect(await read(envOf(reader), [idOf(name)])).toEqual([plantedIn(name)])
  expect(await actionsOf(reader)).toEqual(['GetSecretValue'])
})

test('who may not read batches reads one by one, and tries no second batch', async () => {
  const names = await create(3)
  const ids = names.map(name => idOf(name))
  const reader = await createUser(aws, allow([GET], ['*']))
  const provider = createProvider({}, contextOf(envOf(reader)))
  for (const round of [1, 2]) {
    const found = await provider.read(ids, deadline())
    expect([round, ...ids.map(id => show(found.get(id)))]).toEqual([round, ...names.map(plantedIn)])
  }
  expect(await actionsOf(reader)).toEqual([
    'BatchGetSecretValue',
    ...Array.from({ length: 6 }, () => 'GetSecretValue'),
  ])
})

test('one denied secret among five: four values, and an error that names the one', async () => {
  const names = await create(5)
  const [denied = '', ...allowed] = names
  const arns = allowed.map(name => `arn:aws:secretsmanager:${REGION}:*:secret:${name}-??????`)
  const Statement = [
    { Effect: 'Allow', Action: BATCH, Resource: '*' },
    { Effect: 'Allow', Action: GET, Resource: arns },
  ]
  const reader = await createUser(aws, { Version: '2012-10-17', Statement })
  const ids = names.map(name => idOf(name))
  const found = await createProvider({}, contextOf(envOf(reader))).read(ids, deadline())
  expect(ids.slice(1).map(id => show(found.get(id)))).toEqual(allowed.map(plantedIn))
  const [first] = ids.map(id => found.get(id))
  expect(show(first)).toBe(
    `DENIED: secretsmanager://${denied}: reading is not allowed, ${GET} is missing (AccessDeniedException)`,
  )
  expect((first as SecwrapError).details.hint).toBe(
    `allow ${GET} on arn:aws:secretsmanager:${REGION}:*:secret:${denied}-??????`,
  )
})

test('what does not exist is absent, by the one call of the batch', async () => {
  const reader = unrestricted()
  const [name = ''] = await create(1)
  const ids = [idOf(name), idOf(uniqueName('missing')), idOf(uniqueName('missing'))]
  expect(await read(envOf(reader), ids)).toEqual([plantedIn(name), undefined, undefined])
  expect(await actionsOf(reader)).toEqual(['BatchGetSecretValue'])
})

test.each([1, 2])('a secret marked for deletion, one of %i: NOT_FOUND, and its state', async count => {
  const names = await create(count)
  const [name = ''] = names
  await store.delete(name)
  const ids = names.map(one => idOf(one))
  const found = await createProvider({}, contextOf(envOf(store.credentials))).read(ids, deadline())
  expect(found.get(ids[0] as SecretId)).toMatchObject({
    code: 'NOT_FOUND',
    message: `secretsmanager://${name}: the secret is marked for deletion (InvalidRequestException)`,
    details: { hint: `aws secretsmanager restore-secret --secret-id ${name}` },
  })
  expect(names.slice(1).map((_, index) => show(found.get(ids[index + 1] as SecretId)))).toEqual(
    names.slice(1).map(plantedIn),
  )
})

test('by name, by ARN, by ARN without its last characters, in one call', async () => {
  const reader = unrestricted()
  const name = uniqueName('arn')
  const arn = await store.create(name, 'a text')
  const ids = [idOf(name), idOf(arn), idOf(arn.slice(0, -7))]
  expect(await read(envOf(reader), ids)).toEqual(['a text', 'a text', 'a text'])
  expect(await actionsOf(reader)).toEqual(['BatchGetSecretValue'])
})

test('an ARN is asked for in its own region', async () => {
  const name = uniqueName('region')
  const arn = await store.create(name, 'here')
  const env = { ...envOf(store.credentials), AWS_REGION: 'us-east-1' }
  expect(await read(env, [idOf(arn), idOf(name)])).toEqual(['here', undefined])
})

test('the newest beside a version and a stage', async () => {
  const reader = unrestricted()
  const names = await create(2)
  const [name = ''] = names
  const version = await store.put(name, 'second')
  await store.put(name, 'third')
  const ids = [...names.map(one => idOf(one)), idOf(name, { version }), idOf(name, { stage: 'AWSPREVIOUS' })]
  expect(await read(envOf(reader), ids)).toEqual(['third', plantedIn(names[1] ?? ''), 'second', 'second'])
  expect((await actionsOf(reader)).sort()).toEqual([
    'BatchGetSecretValue',
    'GetSecretValue',
    'GetSecretValue',
  ])
})

const bytes = (text: string) => new TextEncoder().encode(text)

test.each([
  ['binary, which is a text', bytes('text: žluťoučký 🐎'), {}, 'text: žluťoučký 🐎'],
  ['binary, with the mark of UTF-8', bytes('\ufeffmarked'), {}, '\ufeffmarked'],
  ['binary, as base64', new Uint8Array([0, 255, 128, 13, 10]), { base64: 'true' }, 'AP+ADQo='],
  ['text, as base64', 'žlutý', { base64: 'true' }, 'xb5sdXTDvQ=='],
])('a secret that is %s', async (_, value, options, expected) => {
  const name = uniqueName('binary')
  await store.create(name, value)
  expect(await read(envOf(store.credentials), [idOf(name, undefined, options)], options)).toEqual([expected])
})

test('a binary secret that is no text: BAD_VALUE, and how to take it', async () => {
  const name = uniqueName('binary')
  await store.create(name, new Uint8Array([0xff, 0xfe, 0x00]))
  const id = idOf(name)
  const found = await createProvider({}, contextOf(envOf(store.credentials))).read([id], deadline())
  expect(found.get(id)).toMatchObject({
    code: 'BAD_VALUE',
    message: `secretsmanager://${name}: the secret is binary, not text`,
    details: { hint: `secretsmanager://${name}?base64` },
  })
})

test('a prefix without the permission for batches', async () => {
  const names = await create(3)
  const top = names[0]?.slice(0, -1) ?? ''
  const reader = await createUser(aws, allow([GET, 'secretsmanager:ListSecrets'], ['*']))
  const provider = createProvider({}, contextOf(envOf(reader)))
  const found = await provider.readPrefix?.(idOf(top), deadline())
  expect([...(found ?? [])].map(([name, secret]) => [name, secret.reveal()]).sort()).toEqual(
    names.map((name, index) => [String(index), plantedIn(name)]),
  )
})

test('a prefix that may not be listed names the permission', async () => {
  const reader = await createUser(aws, allow([GET], ['*']))
  const provider = createProvider({}, contextOf(envOf(reader)))
  const attempt = async () => provider.readPrefix?.(idOf('prod/'), deadline())
  const failure = await failureOf(attempt, ['planted value'])
  expect([failure.code, failure.details.hint]).toEqual(['DENIED', 'allow secretsmanager:ListSecrets on *'])
})

test('a prefix with one secret that may not be read fails, and names it', async () => {
  const names = await create(2)
  const [denied = ''] = names
  const Statement = [
    { Effect: 'Allow', Action: [GET, BATCH, 'secretsmanager:ListSecrets'], Resource: '*' },
    { Effect: 'Deny', Action: GET, Resource: `arn:aws:secretsmanager:${REGION}:*:secret:${denied}-??????` },
  ]
  const reader = await createUser(aws, { Version: '2012-10-17', Statement })
  const provider = createProvider({}, contextOf(envOf(reader)))
  const attempt = async () => provider.readPrefix?.(idOf(denied.slice(0, -1)), deadline())
  const failure = await failureOf(attempt, names.map(plantedIn))
  expect([failure.code, failure.details.ref]).toEqual(['DENIED', `secretsmanager://${denied}`])
})
