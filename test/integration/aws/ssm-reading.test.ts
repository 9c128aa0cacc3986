/** What only Parameter Store has: ARNs, kinds of parameters, batches in which one name spoils all. */
import { afterAll, expect, test } from '@jest/globals'
import { SecwrapError } from '../../../src/core/errors.ts'
import type { Secret } from '../../../src/core/secret.ts'
import type { Inherited, Reference, SecretId, TemplateEntry } from '../../../src/core/types.ts'
import { createProvider } from '../../../src/providers/ssm.ts'
import { resolve } from '../../../src/resolve/resolve.ts'
import { callsOf, createUser, plantFault, unrestricted } from '../../lab/aws-access.ts'
import { openLab, uniqueName } from '../../lab/index.ts'
import { deadline, failureOf } from '../contract/store.ts'
import {
  allow,
  contextOf,
  createKey,
  envOf,
  idOf,
  openParameterStore,
  parameterArn,
  REGION,
} from './parameter-store.ts'
import { serveProxy } from './sources.ts'

const { aws } = openLab()
const store = openParameterStore()
afterAll(() => store.stop())

async function read(env: Inherited, ids: readonly SecretId[], options = {}): Promise<unknown[]> {
  const found = await createProvider(options, contextOf(env)).read(ids, deadline())
  return ids.map(id => show(found.get(id)))
}

function show(outcome: Secret | SecwrapError | undefined): unknown {
  if (outcome instanceof SecwrapError) return `${outcome.code}: ${outcome.message}`
  return outcome?.reveal()
}

/** Ten parameters, `/…/0` to `/…/9`, with values that a leak would show. */
async function putTen(): Promise<string[]> {
  const top = `/${uniqueName('ten')}`
  const names = Array.from({ length: 10 }, (_, index) => `${top}/${index}`)
  await Promise.all(names.map(name => store.put(name, plantedIn(name))))
  return names
}

function plantedIn(name: string): string {
  return `planted value of ${name}`
}

test.each([
  ['String', 'String', 'plain text'],
  ['StringList', 'StringList', 'one,two,three'],
  ['SecureString', 'SecureString', 'hidden'],
] as const)('a parameter of type %s is read as it stands', async (_, Type, text) => {
  const name = `/${uniqueName('type')}`
  await store.put(name, text, { Type })
  expect(await read(envOf(store.credentials), [idOf(name)])).toEqual([text])
})

test('an advanced parameter of 8 KiB', async () => {
  const name = `/${uniqueName('advanced')}`
  await store.put(name, 'a'.repeat(8192), { Tier: 'Advanced' })
  expect(await read(envOf(store.credentials), [idOf(name)])).toEqual(['a'.repeat(8192)])
})

test('a name without a slash, an ARN, an ARN with a version, all in one call', async () => {
  const reader = unrestricted()
  const name = uniqueName('plain')
  await store.put(name, 'first')
  await store.put(name, 'second')
  const ids = [idOf(name), idOf(parameterArn(name)), idOf(parameterArn(name), { version: '1' })]
  expect(await read(envOf(reader), ids)).toEqual(['second', 'second', 'first'])
  expect((await callsOf(aws, reader)).map(({ action }) => action)).toEqual(['GetParameters'])
})

test('an ARN is asked for in its own region', async () => {
  const name = `/${uniqueName('region')}`
  await store.put(name, 'here')
  const env = { ...envOf(store.credentials), AWS_REGION: 'us-east-1' }
  expect(await read(env, [idOf(parameterArn(name)), idOf(name)])).toEqual(['here', undefined])
  expect(await read({ ...env, AWS_REGION: undefined }, [idOf(parameterArn(name))])).toEqual(['here'])
  expect(await read(env, [idOf(name)], { region: REGION })).toEqual(['here'])
})

test('a label that never was is absent, and its neighbours are read', async () => {
  const name = `/${uniqueName('label')}`
  await store.put(name, 'a text')
  const ids = [idOf(name), idOf(name, { label: 'nosuch' }), idOf(name, { version: '1' })]
  expect(await read(envOf(store.credentials), ids)).toEqual(['a text', undefined, 'a text'])
})

test('one denied name among ten: nine values, and an error that names the one', async () => {
  const names = await putTen()
  const [denied = '', ...allowed] = names
  const reader = await createUser(aws, allow(['ssm:GetParameters'], allowed.map(parameterArn)))
  const [first, ...others] = await read(
    envOf(reader),
    names.map(name => idOf(name)),
  )
  expect(first).toBe(
    `DENIED: ssm://${denied}: reading is not allowed, ssm:GetParameters is missing (AccessDeniedException)`,
  )
  expect(others).toEqual(allowed.map(plantedIn))
  expect(await callsOf(aws, reader)).toHaveLength(1 + 10)
})

test('the hint of a denial is the permission to add, on the one parameter', async () => {
  const [name = ''] = await putTen()
  const reader = await createUser(aws, allow(['ssm:GetParameter'], ['*']))
  const found = await createProvider({}, contextOf(envOf(reader))).read([idOf(name)], deadline())
  const [error] = found.values()
  expect(error).toBeInstanceOf(SecwrapError)
  expect((error as SecwrapError).details).toEqual({
    ref: `ssm://${name}`,
    hint: `allow ssm:GetParameters on arn:aws:ssm:${REGION}:*:parameter${name}`,
  })
})

test('a key that may not be used is told apart from the parameter', async () => {
  const name = `/${uniqueName('key')}`
  await store.put(name, plantedIn(name), { KeyId: await createKey() })
  const reader = await createUser(aws, allow(['ssm:GetParameters'], ['*']))
  expect(await read(envOf(reader), [idOf(name)])).toEqual([
    `DENIED: ssm://${name}: reading is not allowed, kms:Decrypt is missing (AccessDeniedException)`,
  ])
})

function referenceTo(name: string, line: number): TemplateEntry {
  const reference: Reference = { raw: `ssm://${name}`, id: idOf(name), optional: false }
  return { file: '.env.template', line, name: `NAME_${line}`, parts: [reference], decorators: {} }
}

async function resolveNames(names: readonly string[], env: Inherited) {
  const entries = names.map((name, index) => referenceTo(name, index + 1))
  const resolved = await resolve({ entries, problems: [], warnings: [] }, contextOf(env), deadline())
  return { ...resolved, values: [...resolved.secrets.values()].map(secret => secret.reveal()) }
}

test('30 references take 3 calls', async () => {
  const reader = unrestricted()
  const names = (await Promise.all([putTen(), putTen(), putTen()])).flat()
  const { values, problems } = await resolveNames(names, envOf(reader))
  expect([values, problems]).toEqual([names.map(plantedIn), []])
  expect(await callsOf(aws, reader)).toHaveLength(3)
})

test('throttling is waited out', async () => {
  const reader = unrestricted()
  const names = await putTen()
  await plantFault(aws, reader, { error: 'ThrottlingException', times: 2 })
  const { values, problems } = await resolveNames(names, envOf(reader))
  expect([values, problems]).toEqual([names.map(plantedIn), []])
  expect(await callsOf(aws, reader)).toHaveLength(3)
})

test('expired credentials: one error a reference, no second try, no value', async () => {
  const reader = unrestricted()
  const names = await putTen()
  await plantFault(aws, reader, { error: 'ExpiredTokenException', times: 9 })
  const { values, problems } = await resolveNames(names, envOf(reader))
  expect(values).toEqual([])
  expect(problems.map(({ code }) => code)).toEqual(names.map(() => 'DENIED'))
  expect(problems[0]?.message).toBe(
    `parameter store at ${aws.endpoint}: the AWS credentials are expired (ExpiredTokenException)`,
  )
  expect(await callsOf(aws, reader)).toHaveLength(1)
})

test('a wrong secret key: DENIED, and neither key is told', async () => {
  const reader = { ...unrestricted(), secretAccessKey: 'planted-secret-access-key' }
  const [name = ''] = await putTen()
  const attempt = () => createProvider({}, contextOf(envOf(reader))).read([idOf(name)], deadline())
  const failure = await failureOf(attempt, [reader.secretAccessKey, reader.accessKeyId, plantedIn(name)])
  expect([failure.code, failure.details.retry]).toEqual(['DENIED', undefined])
})

test('a path is read by pages, and goes on at the page where the store throttled', async () => {
  const top = `/${uniqueName('pages')}`
  const names = Array.from({ length: 25 }, (_, index) => `n${index}`)
  for (const name of names) await store.put(`${top}/${name}`, name)
  const proxy = await serveProxy()
  const throttling = JSON.stringify({ __type: 'ThrottlingException' })
  proxy.fault = () =>
    proxy.requests.length === 2 ? { kind: 'answer', status: 400, body: throttling } : undefined
  const provider = createProvider({}, contextOf(envOf(store.credentials, proxy.address)))
  const readPath = async () => provider.readPrefix?.(idOf(`${top}/`), deadline())
  expect((await failureOf(readPath, ['planted value'])).details.retry).toEqual({ throttled: true })
  const found = await readPath()
  expect([...(found?.keys() ?? [])].sort()).toEqual([...names].sort())
  expect(proxy.requests).toHaveLength(4)
})

test('a path that two entries import is read once', async () => {
  const reader = unrestricted()
  const top = `/${uniqueName('twice')}`
  await store.put(`${top}/a`, 'a text')
  const provider = createProvider({}, contextOf(envOf(reader)))
  const [one, two] = await Promise.all([1, 2].map(() => provider.readPrefix?.(idOf(`${top}/`), deadline())))
  expect([one?.get('a')?.reveal(), two?.get('a')?.reveal()]).toEqual(['a text', 'a text'])
  expect(await callsOf(aws, reader)).toHaveLength(1)
})

test('a path that may not be read names the permission', async () => {
  const reader = await createUser(aws, allow(['ssm:GetParameters'], ['*']))
  const provider = createProvider({}, contextOf(envOf(reader)))
  const failure = await failureOf(
    async () => provider.readPrefix?.(idOf('/prod/app/'), deadline()),
    ['planted value'],
  )
  expect([failure.code, failure.details.hint]).toEqual([
    'DENIED',
    `allow ssm:GetParametersByPath on arn:aws:ssm:${REGION}:*:parameter/prod/app`,
  ])
})
