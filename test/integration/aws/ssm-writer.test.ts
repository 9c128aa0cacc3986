/** What only Parameter Store has: types, tiers, keys, a hundred versions, and permissions a call. */
import { DescribeParametersCommand, type ParameterMetadata, SSMClient } from '@aws-sdk/client-ssm'
import { afterAll, expect, test } from '@jest/globals'
import { Secret } from '../../../src/core/secret.ts'
import type { Inherited, SecretId, Writer } from '../../../src/core/types.ts'
import { createWriter } from '../../../src/providers/ssm-writer.ts'
import { type HttpProxy, startHttpProxy } from '../../helpers/http-proxy.ts'
import { createFolder } from '../../helpers/temporary-folder.ts'
import { type Credentials, callsOf, createUser, plantFault, unrestricted } from '../../lab/aws-access.ts'
import { openLab, uniqueName } from '../../lab/index.ts'
import { deadline, failureOf } from '../contract/store.ts'
import {
  contextOf,
  createKey,
  envOf,
  idOf,
  openParameterStore,
  parameterArn,
  REGION,
} from './parameter-store.ts'

const PLANTED = 'planted-parameter-value-3a9d'

const { aws } = openLab()
const store = openParameterStore()
const client = new SSMClient({ region: REGION, endpoint: aws.endpoint, credentials: store.credentials })
afterAll(() => {
  store.stop()
  client.destroy()
})

function open(credentials: Credentials = store.credentials, env: Inherited = {}): Writer {
  return createWriter({}, contextOf({ ...envOf(credentials), ...env }))
}

function write(id: SecretId, text: string, writer = open()) {
  return writer.write(id, new Secret(text), {}, deadline())
}

function fail(run: () => Promise<unknown>) {
  return failureOf(run, [PLANTED, 'lab-secret-access-key'])
}

function newId(): SecretId {
  return idOf(`/${uniqueName('parameter')}/name`)
}

async function describeOne({ path }: SecretId): Promise<ParameterMetadata> {
  const filters = { ParameterFilters: [{ Key: 'Name', Values: [path] }] }
  const { Parameters: [found] = [] } = await client.send(new DescribeParametersCommand(filters))
  if (!found) throw new Error(`${path} is not there`)
  return found
}

async function actionsOf(credentials: Credentials): Promise<string[]> {
  return (await callsOf(aws, credentials)).map(({ action }) => action)
}

test('a new parameter is a SecureString in the tier of the account, by one call', async () => {
  const caller = unrestricted()
  const id = newId()
  expect(await write(id, PLANTED, open(caller))).toEqual({ id: '1', state: 'current' })
  expect(await describeOne(id)).toMatchObject({
    Type: 'SecureString',
    KeyId: 'alias/aws/ssm',
    Tier: 'Standard',
  })
  expect(await actionsOf(caller)).toEqual(['PutParameter'])
})

test.each([
  ['String', {}],
  ['StringList', {}],
  ['SecureString', {}],
  ['String', { Tier: 'Advanced', Description: 'of the app', AllowedPattern: '.*', DataType: 'text' }],
] as const)('a write keeps what an old parameter is: %s %j', async (Type, more) => {
  const id = newId()
  await store.put(id.path, 'one,two', { Type, ...more })
  const { Version: _, LastModifiedDate: __, ...before } = await describeOne(id)
  expect((await write(id, 'three,four')).id).toBe('2')
  expect(await describeOne(id)).toMatchObject(before)
  expect(await store.readBySdk(id.path)).toBe('three,four')
})

test('a write keeps the KMS key, and needs the right to use it', async () => {
  const id = newId()
  const key = await createKey()
  await store.put(id.path, 'old', { KeyId: key })
  await write(id, 'new')
  expect((await describeOne(id)).KeyId).toBe(key)
  const caller = await userMay(['ssm:PutParameter', 'ssm:DescribeParameters'])
  const { code, message } = await fail(() => write(id, PLANTED, open(caller)))
  expect([code, message]).toEqual([
    'DENIED',
    `ssm://${id.path}: writing is not allowed, kms:Encrypt is missing (AccessDeniedException)`,
  ])
})

async function userMay(actions: readonly string[]): Promise<Credentials> {
  const Statement = [{ Effect: 'Allow', Action: actions, Resource: '*' }]
  return createUser(aws, { Version: '2012-10-17', Statement })
}

test.each([
  ['new', undefined, 4_096, 'Standard'],
  ['new', undefined, 4_097, 'Intelligent-Tiering'],
  ['standard', 'Standard', 8_192, 'Intelligent-Tiering'],
  ['advanced', 'Advanced', 8_192, 'Advanced'],
  ['advanced', 'Advanced', 10, 'Advanced'],
] as const)('the tier of a %s parameter (%s) with %i bytes: %s', async (_, Tier, size, expected) => {
  const id = newId()
  if (Tier) await store.put(id.path, 'old', { Tier })
  await write(id, 'ž'.repeat(size / 2) + 'a'.repeat(size % 2))
  expect((await describeOne(id)).Tier).toBe(expected)
})

test.each([
  ['', 'Parameter Store keeps no empty values'],
  [PLANTED.repeat(400), 'Parameter Store keeps at most 8 KiB'],
])('what no tier takes is refused before a request', async (text, fact) => {
  const caller = unrestricted()
  const id = newId()
  const { code, message } = await fail(() => write(id, text, open(caller)))
  expect([code, message]).toEqual(['BAD_VALUE', `ssm://${id.path}: ${fact}`])
  expect(await actionsOf(caller)).toEqual([])
})

test('what can not be asked for is refused before a request', async () => {
  const caller = unrestricted()
  const writer = open(caller)
  const secret = new Secret(PLANTED)
  const arn = idOf(parameterArn('/prod/db'))
  const pinned = idOf('/prod/db', { version: '3' })
  const attempts = [
    () => writer.write(idOf('/prod/db'), secret, { ifVersion: '3' }, deadline()),
    () => writer.write(pinned, secret, {}, deadline()),
    () => writer.write(arn, secret, {}, deadline()),
    () => writer.delete(arn, {}, deadline()),
    () => writer.delete(pinned, {}, deadline()),
    () => writer.delete(idOf('/prod/db'), { recover: true }, deadline()),
    async () => Array.fromAsync(writer.list(idOf('/prod/', { label: 'live' }), deadline())),
  ]
  for (const attempt of attempts) expect((await fail(attempt)).code).toBe('BAD_USAGE')
  expect((await fail(() => write(arn, PLANTED))).details.hint).toBe(`ssm:///prod/db?region=${REGION}`)
  expect(await actionsOf(caller)).toEqual([])
})

test('the newest by name or ARN, one version by its number', async () => {
  const id = newId()
  await write(id, 'first')
  await write(id, 'second')
  const arn = idOf(parameterArn(id.path))
  const writer = open(store.credentials, { AWS_REGION: 'us-east-1' })
  for (const [asked, text, version, by] of [
    [id, 'second', '2', open()],
    [arn, 'second', '2', writer],
    [idOf(id.path, { version: '1' }), 'first', '1', open()],
  ] as const) {
    const current = await by.current(asked, deadline())
    expect([current?.secret.reveal(), current?.version.id]).toEqual([text, version])
    expect(current?.version.createdAt).toBeInstanceOf(Date)
  }
})

test('a hundred versions: the oldest goes, unless it has a label', async () => {
  const id = newId()
  for (let index = 0; index < 100; index++) await store.put(id.path, `text ${index}`)
  expect((await write(id, 'one more')).id).toBe('101')
  const history = await open().history(id, deadline())
  expect([history.length, history[0]?.id, history.at(-1)?.id]).toEqual([100, '101', '2'])
  await store.label(id.path, 2, 'live')
  const { code, message, details } = await fail(() => write(id, PLANTED))
  expect([code, message]).toEqual([
    'BAD_CONFIG',
    `ssm://${id.path}: has 100 versions, and the oldest one has a label, so that it is kept (ParameterMaxVersionLimitExceeded)`,
  ])
  expect(details.hint).toContain(`aws ssm unlabel-parameter-version --name ${id.path}`)
})

test('history tells labels, authors and times, and asks for no value', async () => {
  const id = newId()
  await store.put(id.path, PLANTED, { Type: 'String' })
  await store.put(id.path, PLANTED)
  await store.label(id.path, 1, 'live')
  const caller = await userMay(['ssm:GetParameterHistory'])
  const history = await open(caller).history(id, deadline())
  expect(history.map(({ id, state, labels, author }) => [id, state, labels, author])).toEqual([
    ['2', 'current', undefined, 'arn:aws:iam::123456789012:user/lab'],
    ['1', 'previous', ['live'], 'arn:aws:iam::123456789012:user/lab'],
  ])
  expect(JSON.stringify(history)).not.toContain(PLANTED)
})

async function fill(count: number): Promise<string> {
  const top = `/${uniqueName('many')}`
  const names = Array.from({ length: count }, (_, index) => `${top}/${index % 7}/${index}`)
  await Promise.all(names.map(name => store.put(name, PLANTED)))
  return top
}

test('a list is read by fifty, and tells version, time and author', async () => {
  const top = await fill(120)
  const caller = await userMay(['ssm:DescribeParameters'])
  const listed = await Array.fromAsync(open(caller).list(idOf(`${top}/`), deadline()))
  expect(new Set(listed.map(({ id }) => id.uri)).size).toBe(120)
  expect(listed[0]).toEqual({
    id: expect.objectContaining({ scheme: 'ssm', path: expect.stringContaining(`${top}/`), options: {} }),
    version: '1',
    updatedAt: expect.any(Date),
    author: 'arn:aws:iam::123456789012:user/lab',
  })
  expect(await actionsOf(caller)).toEqual(Array.from({ length: 3 }, () => 'DescribeParameters'))
})

test('a list of everything has names without a slash, too; ids keep their region', async () => {
  const name = uniqueName('plain')
  await store.put(name, 'a text')
  const writer = createWriter(
    { region: REGION },
    contextOf({ ...envOf(store.credentials), AWS_REGION: undefined }),
  )
  const prefix = { ...idOf('/'), uri: `ssm:///?region=${REGION}`, options: { region: REGION } }
  const listed = await Array.fromAsync(writer.list(prefix, deadline()))
  expect(listed.map(({ id }) => id.uri)).toContain(`ssm://${name}?region=${REGION}`)
})

test('a list that was throttled goes on at the page that failed', async () => {
  const top = await fill(120)
  const caller = unrestricted()
  const iterator = open(caller)
    .list(idOf(`${top}/`), deadline())
    [Symbol.asyncIterator]()
  const found: string[] = []
  let failures = 0
  for (;;) {
    if (found.length === 60 && failures === 0)
      await plantFault(aws, caller, { error: 'ThrottlingException', times: 2 })
    try {
      const { done, value } = await iterator.next()
      if (done) break
      found.push(value.id.uri)
    } catch (error) {
      failures++
      expect(error).toMatchObject({ code: 'UNAVAILABLE', details: { retry: { throttled: true } } })
    }
  }
  expect([found.length, new Set(found).size, failures]).toEqual([120, 120, 2])
})

test('a path without a slash in front: BAD_TEMPLATE with the right one', async () => {
  const { code, details } = await fail(async () => Array.fromAsync(open().list(idOf('prod/'), deadline())))
  expect([code, details.hint]).toEqual(['BAD_TEMPLATE', 'ssm:///prod/'])
})

type Run = (writer: Writer, id: SecretId) => Promise<unknown>

test.each<[string, readonly string[], Run]>([
  [
    'a first write',
    ['ssm:PutParameter'],
    (writer, id) => write({ ...id, path: `${id.path}-new` }, PLANTED, writer),
  ],
  ['a write', ['ssm:PutParameter', 'ssm:DescribeParameters'], (writer, id) => write(id, PLANTED, writer)],
  ['current', ['ssm:GetParameter'], (writer, id) => writer.current(id, deadline())],
  ['history', ['ssm:GetParameterHistory'], (writer, id) => writer.history(id, deadline())],
  [
    'list',
    ['ssm:DescribeParameters'],
    (writer, id) => Array.fromAsync(writer.list({ ...id, path: '/' }, deadline())),
  ],
  ['delete', ['ssm:DeleteParameter'], (writer, id) => writer.delete(id, {}, deadline())],
])('%s needs %j, and tells which is missing', async (_, actions, run) => {
  const id = newId()
  await store.put(id.path, PLANTED)
  for (const missing of actions) {
    const caller = await userMay(['ssm:AddTagsToResource', ...actions.filter(action => action !== missing)])
    const { code, message, details } = await fail(() => run(open(caller), id))
    expect([code, message.includes(`${missing} is missing`)]).toEqual(['DENIED', true])
    expect(details.hint).toContain(`allow ${missing} on `)
  }
  await run(open(await userMay(actions)), id)
})

test.each([
  ['ParameterLimitExceeded', 'BAD_CONFIG'],
  ['ParameterPatternMismatchException', 'BAD_VALUE'],
  ['HierarchyLevelLimitExceededException', 'BAD_VALUE'],
  ['ValidationException', 'BAD_VALUE'],
  ['InvalidKeyId', 'BAD_CONFIG'],
  ['ExpiredTokenException', 'DENIED'],
])('a write that ends with %s: %s', async (error, code) => {
  const caller = unrestricted()
  await plantFault(aws, caller, { error })
  const failure = await fail(() => write(newId(), PLANTED, open(caller)))
  expect([failure.code, failure.details.retry, failure.message.includes(error)]).toEqual([
    code,
    undefined,
    true,
  ])
})

test('two writers of one parameter at the same moment: worth another try', async () => {
  const caller = unrestricted()
  await plantFault(aws, caller, { error: 'TooManyUpdates' })
  const { code, details } = await fail(() => write(newId(), PLANTED, open(caller)))
  expect([code, details.retry]).toEqual(['UNAVAILABLE', { throttled: true }])
})

test('credentials, region and address of a profile, as reading finds them', async () => {
  using folder = createFolder()
  const { accessKeyId, secretAccessKey } = store.credentials
  const keys = `aws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}`
  const AWS_CONFIG_FILE = folder.write(
    'config',
    `[profile lab]\n${keys}\nregion = ${REGION}\nendpoint_url = ${aws.endpoint}\n`,
  )
  const id = newId()
  const env = { AWS_CONFIG_FILE, AWS_ACCESS_KEY_ID: 'of nobody', AWS_SECRET_ACCESS_KEY: PLANTED }
  await write(id, 'a text', createWriter({ profile: 'lab' }, contextOf(env)))
  expect(await store.readBySdk(id.path)).toBe('a text')
  const { code } = await fail(() => write(id, PLANTED, createWriter({ profile: 'none' }, contextOf(env))))
  expect(code).toBe('BAD_CONFIG')
})

test("the caller's variables do not reach the client, nor a redirect its signature", async () => {
  const opened: HttpProxy[] = [await startHttpProxy(aws.endpoint), await startHttpProxy(aws.endpoint)]
  const [proxy, elsewhere] = opened as [HttpProxy, HttpProxy]
  const Location = `${elsewhere.address}/`
  proxy.fault = () => ({ kind: 'answer', status: 307, headers: { Location }, body: PLANTED })
  const env = { AWS_ENDPOINT_URL_SSM: proxy.address, AWS_MAX_ATTEMPTS: '5', AWS_USE_FIPS_ENDPOINT: 'true' }
  expect((await fail(() => write(newId(), PLANTED, open(unrestricted(), env)))).code).toBe('UNAVAILABLE')
  expect([proxy.requests.length, elsewhere.requests]).toEqual([1, []])
  await Promise.all(opened.map(one => one.stop()))
})
